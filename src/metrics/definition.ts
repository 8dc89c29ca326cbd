import { sql } from 'kysely';
import { z } from 'zod';
import type { Trx } from '../../db/tenant.ts';

/** Of the definitions in the documentation; what a tenant changed comes behind it, as in `2026.1+3`. */
const VERSION = '2026.1';

const text = z.string().min(1).max(200);
const deploymentSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('auto') }),
  z.strictObject({ kind: z.literal('github_deployment') }),
  z.strictObject({ kind: z.literal('release') }),
  z.strictObject({ kind: z.literal('workflow_run'), workflow: text, branch: text }),
  z.strictObject({ kind: z.literal('tag'), pattern: text }),
  z.strictObject({ kind: z.literal('merge') }),
]);
export type DeploymentSource = z.output<typeof deploymentSource>;

/** What a tenant, or one repository, may set. */
const metricDefinition = z.strictObject({
  deployment_source: deploymentSource.default({ kind: 'auto' }),
  attribution_window_hours: z.number().positive().max(8_760).default(72),
  leave_out_bots: z.boolean().default(true),
});
export type MetricDefinition = z.output<typeof metricDefinition>;

export interface VersionedDefinition {
  readonly definition: MetricDefinition;
  /** 0: nothing was changed. */
  readonly version: number;
}

/** A repository, or where `repositoryId` is 0 those of a tenant that have no definition of their own. */
export interface Place {
  readonly tenantId: number;
  readonly repositoryId: number;
}

/** The latest of the repository, else of the tenant, else the one of the documentation. */
export async function getDefinition(trx: Trx, { tenantId, repositoryId }: Place): Promise<VersionedDefinition> {
  const { rows } = await sql<{ definition: unknown; version: number }>`
    select definition, version from metric_definitions
    where tenant_id = ${tenantId} and repository_id in (0, ${repositoryId})
    order by repository_id desc, version desc limit 1`.execute(trx);
  const [row] = rows;
  return { definition: metricDefinition.parse(row?.definition ?? {}), version: row?.version ?? 0 };
}

/** Saves what differs from the documentation, and has the repositories that it concerns computed anew. @returns the new version */
export async function saveDefinition(
  trx: Trx,
  place: Place,
  changes: z.input<typeof metricDefinition>,
): Promise<number> {
  const { tenantId, repositoryId } = place;
  const definition = metricDefinition.parse(changes);
  const { rows } = await sql<{ version: number }>`
    insert into metric_definitions (tenant_id, repository_id, version, definition)
    select ${tenantId}::bigint, ${repositoryId}::bigint, coalesce(max(version), 0) + 1, ${JSON.stringify(definition)}::jsonb
    from metric_definitions where tenant_id = ${tenantId}
    returning version`.execute(trx);
  await sql`
    insert into touched_facts (tenant_id, repository_id)
    select tenant_id, repository_id from repositories
    where tenant_id = ${tenantId} and ${repositoryId}::bigint in (0, repository_id)`.execute(trx);
  return rows[0]?.version ?? 0;
}

export function versionName(version: number): string {
  return version === 0 ? VERSION : `${VERSION}+${version}`;
}
