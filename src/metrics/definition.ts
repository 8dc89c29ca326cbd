import { sql } from 'kysely';
import { z } from 'zod';
import type { Trx } from '../../db/tenant.ts';
import { plainText } from '../plain-text.ts';
import { globExpression } from './glob.ts';

/** Of the definitions in the documentation; what a tenant changed comes behind it, as in `2026.1+3`. */
const VERSION = '2026.1';

const text = z
  .string()
  .min(1)
  .max(200)
  .refine(...plainText);
const deploymentSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('auto') }),
  z.strictObject({ kind: z.literal('github_deployment') }),
  z.strictObject({ kind: z.literal('release') }),
  z.strictObject({ kind: z.literal('workflow_run'), workflow: text, branch: text }),
  z.strictObject({ kind: z.literal('tag'), pattern: text }),
  z.strictObject({ kind: z.literal('merge') }),
  /** What other programs tell by `POST /deployments`. */
  z.strictObject({ kind: z.literal('reported') }),
]);
/** What may tell of a deployment. */
export const deploymentSources = ['github_deployment', 'release', 'workflow_run', 'tag', 'merge', 'reported'] as const;
export type DeploymentSource = z.output<typeof deploymentSource>;

const listed = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine(...plainText);
const patterns = z.array(listed).max(100);
const timeZone = z.string().max(100).refine(isTimeZone, 'is not a time zone such as Europe/Berlin');

/** What a tenant, or one repository, may set. In patterns, `*` stands for any text, and `?` for any character. */
export const definitionSettings = {
  deployment_source: deploymentSource,
  /** Names of environments that are production, in any case, beside what the deployment says itself. */
  production_environments: patterns,
  attribution_window_hours: z.number().positive().max(8_760),
  leave_out_bots: z.boolean(),
  /** Logins that count as bots, beside the accounts that GitHub knows as such. */
  bots: z.array(listed.toLowerCase()).max(1_000),
  incident_labels: patterns,
  hotfix_labels: patterns,
  hotfix_branches: patterns,
  /** Of the days and weeks; of the tenant alone. */
  time_zone: timeZone,
};
const metricDefinition = z.strictObject(definitionSettings);
export type MetricDefinition = z.output<typeof metricDefinition>;

/** Of the documentation. */
export const defaultDefinition: MetricDefinition = {
  deployment_source: { kind: 'auto' },
  production_environments: ['production', 'prod', 'live', 'prod-*', 'prod_*', '*-prod', '*_prod', '*-production'],
  attribution_window_hours: 72,
  leave_out_bots: true,
  bots: [],
  incident_labels: ['incident', 'outage', ...Array.from({ length: 10 }, (_, level) => `sev${level}`), 'production-bug'],
  hotfix_labels: ['hotfix'],
  hotfix_branches: ['hotfix/*'],
  time_zone: 'UTC',
};

const definitionChanges = metricDefinition.partial();
export type DefinitionChanges = z.output<typeof definitionChanges>;

export interface VersionedDefinition {
  readonly definition: MetricDefinition;
  /** 0: nothing was changed. */
  readonly version: number;
  /** What is set at the place itself. */
  readonly changes: DefinitionChanges;
  readonly savedAt: Date | null;
}

/** A repository, or where `repositoryId` is 0 a tenant. */
export interface Place {
  readonly tenantId: number;
  readonly repositoryId: number;
}

/** What is set for the repository, else for the tenant, else the documentation's: setting by setting. */
export async function getDefinition(trx: Trx, { tenantId, repositoryId }: Place): Promise<VersionedDefinition> {
  const { rows } = await sql<{ repository_id: number; definition: unknown; version: number; saved_at: Date }>`
    select distinct on (repository_id) repository_id, definition, version, saved_at from metric_definitions
    where tenant_id = ${tenantId} and repository_id in (0, ${repositoryId})
    order by repository_id, version desc`.execute(trx);
  const changesOf = (id: number) =>
    definitionChanges.parse(rows.find(({ repository_id }) => repository_id === id)?.definition ?? {});
  const changes = changesOf(repositoryId);
  return {
    definition: metricDefinition.parse({ ...defaultDefinition, ...changesOf(0), ...changes }),
    version: Math.max(0, ...rows.map(({ version }) => version)),
    changes,
    savedAt: rows.find(({ repository_id }) => repository_id === repositoryId)?.saved_at ?? null,
  };
}

/** Whoever changes a tenant's definitions does so one at a time. */
export async function lockDefinitions(trx: Trx, tenantId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('shiplog definitions'), hashtext(${String(tenantId)}))`.execute(trx);
}

/** Saves all that is set at the place, and has the repositories that it concerns computed anew. @returns the new version */
export async function saveDefinition(trx: Trx, place: Place, changes: DefinitionChanges): Promise<number> {
  const { tenantId, repositoryId } = place;
  await lockDefinitions(trx, tenantId);
  const { rows } = await sql<{ version: number }>`
    insert into metric_definitions (tenant_id, repository_id, version, definition)
    select ${tenantId}::bigint, ${repositoryId}::bigint, coalesce(max(version), 0) + 1,
      ${JSON.stringify(definitionChanges.parse(changes))}::jsonb
    from metric_definitions where tenant_id = ${tenantId}
    returning version`.execute(trx);
  await sql`
    insert into touched_facts (tenant_id, repository_id)
    select tenant_id, repository_id from repositories
    where tenant_id = ${tenantId} and ${repositoryId}::bigint in (0, repository_id)`.execute(trx);
  return rows[0]?.version ?? 0;
}

/** Regular expressions: of the tenant, and of the repositories that have their own, by id. */
export async function listProductionEnvironments(
  trx: Trx,
  tenantId: number,
): Promise<{ shared: string; own: Record<string, string> }> {
  const { rows } = await sql<{ repository_id: number; patterns: string[] | null }>`
    select distinct on (repository_id) repository_id, definition -> 'production_environments' as patterns
    from metric_definitions where tenant_id = ${tenantId} order by repository_id, version desc`.execute(trx);
  const found = rows.flatMap(({ repository_id, patterns: names }): [number, string][] =>
    names ? [[repository_id, globExpression(names)]] : [],
  );
  const own = new Map(found);
  const shared = own.get(0) ?? globExpression(defaultDefinition.production_environments);
  return { shared, own: Object.fromEntries([...own].filter(([id]) => id !== 0)) };
}

/** Of a tenant's days and weeks. */
export async function getTimeZone(trx: Trx, tenantId: number): Promise<string> {
  return (await getDefinition(trx, { tenantId, repositoryId: 0 })).definition.time_zone;
}

export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '' && /^[A-Z]/i.test(zone);
  } catch {
    return false;
  }
}

export function versionName(version: number): string {
  return version === 0 ? VERSION : `${VERSION}+${version}`;
}
