import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place, VersionedDefinition } from '../definition.ts';
import { isOneOf } from './is-one-of.ts';
import { chooseSource, listChangedIds, selectDeployments, type SourceChanges } from './deployment-source.ts';
import { type Detached, detachChains, nothingDetached } from './detach.ts';
import { writeDifferences } from './write-differences.ts';

interface Changed {
  readonly changes: SourceChanges;
  readonly definition: VersionedDefinition;
}

/** What became of the list. */
interface Updated {
  /** Deployments that came, went, or have another row now. */
  readonly deployments: readonly number[];
  /** The earliest finish of these, before or now; null: there is none. */
  readonly since: Date | null;
  /** What may be shipped elsewhere now. */
  readonly detached: Detached;
}

/**
 * Brings the list of production deployments up to date. What has gone, or has another place in its chain now, is
 * detached from it with all that follow; what is new waits to be attributed.
 */
export async function updateProductionDeployments(trx: Trx, place: Place, changed: Changed): Promise<Updated> {
  const { changes } = changed;
  const { definition, version } = changed.definition;
  const source = await chooseSource(trx, place, definition);
  const isAsBefore = await recordSource(trx, place, { source: source.kind, definition, version });
  const ids = isAsBefore ? await listChangedIds(trx, place, { source, changes }) : undefined;
  if (ids?.length === 0) return { deployments: [], since: null, detached: nothingDetached };
  const scope: Scope = { ids, wanted: selectDeployments(place, { source, definition, ids }), source: source.kind };
  const moved = await listMoved(trx, place, scope);
  const detached = await detachChains(trx, place, moved);
  const rows = [...(await removeDeployments(trx, place, moved)), ...(await writeDeployments(trx, place, scope))];
  return { deployments: rows.map((row) => row.deployment_id), since: earliestOf(rows), detached };
}

interface Finish {
  readonly deployment_id: number;
  readonly finished_at: Date;
}

/** A Date drops PostgreSQL's microseconds, so it is never later than the finish. */
function earliestOf(rows: readonly Finish[]): Date | null {
  return rows.length === 0 ? null : new Date(Math.min(...rows.map((row) => row.finished_at.getTime())));
}

interface Corrected {
  readonly sources: number;
  readonly deployments: readonly number[];
}

/**
 * Makes the list of production deployments what facts say, whatever it was. What they stand for and ship is found
 * later, and for all of them.
 * @returns what differed
 */
export async function correctProductionDeployments(
  trx: Trx,
  place: Place,
  versioned: VersionedDefinition,
): Promise<Corrected> {
  const { definition, version } = versioned;
  const source = await chooseSource(trx, place, definition);
  const isAsBefore = await recordSource(trx, place, { source: source.kind, definition, version });
  const { differed } = await writeDifferences<{ differed: number[] }>(trx, place, {
    table: 'production_deployments',
    key: ['deployment_id'],
    columns: ['source', 'environment', 'sha', 'ref', 'outcome', 'finished_at', 'failed_again_at'],
    wanted: sql`select *, ${source.kind}::text as source from (
      ${selectDeployments(place, { source, definition, ids: undefined })}) d`,
    among: sql`true`,
    telling: sql`coalesce(json_agg(deployment_id), '[]') as differed`,
  });
  return { sources: isAsBefore ? 0 : 1, deployments: [...differed, ...(await clearFailed(trx, place))] };
}

/** What failed ships nothing and stands for nothing. */
async function clearFailed(trx: Trx, { tenantId, repositoryId }: Place): Promise<number[]> {
  const { rows } = await sql<{ deployment_id: number }>`
    update production_deployments set attributed = false, baseline = false, rollback_of = null, headline_number = null,
      match_sha = null, match_rule = null, off_branch = false
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and outcome <> 'success'
      and (attributed or baseline or off_branch
        or num_nonnulls(rollback_of, headline_number, match_sha, match_rule) > 0)
    returning deployment_id`.execute(trx);
  return rows.map(({ deployment_id }) => deployment_id);
}

interface Scope {
  /** Of these alone; undefined: all. */
  readonly ids: readonly number[] | undefined;
  readonly wanted: RawBuilder<unknown>;
  readonly source: string;
}

/** @returns whether it is the one of before, by the same definition and default branch */
async function recordSource(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  { source, definition, version }: Pick<VersionedDefinition, 'definition' | 'version'> & { source: string },
): Promise<boolean> {
  const automatic = definition.deployment_source.kind === 'auto';
  const { rows } = await sql`
    insert into deployment_sources as s
      (tenant_id, repository_id, source, automatic, definition_version, full_name, default_branch)
    select r.tenant_id, r.repository_id, ${source}, ${automatic}, ${version}, r.full_name, r.default_branch
    from repositories r
    where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId}
    on conflict (tenant_id, repository_id) do update set source = excluded.source, automatic = excluded.automatic,
      definition_version = excluded.definition_version, full_name = excluded.full_name,
      default_branch = excluded.default_branch
    where s is distinct from excluded
    returning s.repository_id`.execute(trx);
  return rows.length === 0;
}

/** Those whose row is not the wanted one in what orders a chain. */
async function listMoved(trx: Trx, { tenantId, repositoryId }: Place, scope: Scope): Promise<number[]> {
  const { rows } = await sql<{ deployment_id: number }>`
    with wanted as materialized (${scope.wanted})
    select deployment_id from production_deployments s
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}
      and ${isOneOf(sql`deployment_id`, scope.ids)} and not exists (
      select from wanted w where w.deployment_id = s.deployment_id and w.environment = s.environment and w.sha = s.sha
        and w.outcome = s.outcome and w.finished_at = s.finished_at and s.source = ${scope.source})`.execute(trx);
  return rows.map(({ deployment_id }) => deployment_id);
}

async function removeDeployments(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  ids: readonly number[],
): Promise<Finish[]> {
  const { rows } = await sql<Finish>`
    delete from production_deployments
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and deployment_id = any(${ids}::bigint[])
    returning deployment_id, finished_at`.execute(trx);
  return rows;
}

async function writeDeployments(trx: Trx, { tenantId, repositoryId }: Place, scope: Scope): Promise<Finish[]> {
  const { rows } = await sql<Finish>`
    insert into production_deployments as s
      (tenant_id, repository_id, deployment_id, source, environment, sha, ref, outcome, finished_at, failed_again_at)
    select ${tenantId}::bigint, ${repositoryId}::bigint, deployment_id, ${scope.source}, environment, sha, ref, outcome,
      finished_at, failed_again_at
    from (${scope.wanted}) w
    on conflict (tenant_id, repository_id, deployment_id) do update set
      ref = excluded.ref, failed_again_at = excluded.failed_again_at
    where (s.ref, s.failed_again_at) is distinct from (excluded.ref, excluded.failed_again_at)
    returning deployment_id, finished_at`.execute(trx);
  return rows;
}
