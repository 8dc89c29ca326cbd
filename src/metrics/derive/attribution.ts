import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import type { ChainDeployment } from './chain.ts';

/**
 * Marks the commits that the deployment ships: those reachable from its sha that no earlier deployment of the chain
 * has. It walks only these, so the work does not depend on the length of the history. Commits of later deployments
 * change hands, so a deployment may come late.
 * @returns the commits
 */
export async function markShipped(trx: Trx, place: Place, deployment: ChainDeployment): Promise<string[]> {
  const { sha } = deployment;
  return walk(trx, place, {
    deployment,
    start: sql`select ${sha}::text as sha`,
  });
}

/** Goes on behind a commit whose parents were not known when the deployment was marked. */
export async function markBehind(trx: Trx, place: Place, gap: ChainDeployment): Promise<string[]> {
  const parents = parentsOf(place, sql`${gap.sha}::text`);
  const shas = await walk(trx, place, {
    deployment: gap,
    start: sql`select p.sha from unnest(${parents}) as p (sha)`,
  });
  await sql`
    update shipped_commits set parents_known = true
    where tenant_id = ${place.tenantId} and repository_id = ${place.repositoryId} and sha = ${gap.sha}
      and environment = ${gap.environment}`.execute(trx);
  return shas;
}

/** Commits of the chains at which the walk had to stop, and behind which it can go on now. */
export async function listClosedGaps(trx: Trx, { tenantId, repositoryId }: Place): Promise<ChainDeployment[]> {
  const { rows } = await sql<ChainDeployment>`
    select m.deployment_id, m.environment, m.sha, m.finished_at::text as finished_at
    from shipped_commits m
    join commits c on c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = m.sha
      and c.parents is not null
    where m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and not m.parents_known
    order by m.finished_at, m.deployment_id`.execute(trx);
  return rows;
}

interface Walk {
  readonly deployment: ChainDeployment;
  readonly start: RawBuilder<unknown>;
}

// Scalar subqueries, and not joins: each is one look-up in an index, whatever the planner thinks of a recursion's size.
async function walk(trx: Trx, place: Place, { deployment, start }: Walk): Promise<string[]> {
  const { tenantId, repositoryId } = place;
  const { deployment_id, environment, finished_at } = deployment;
  const isFree = (sha: RawBuilder<unknown>) => sql`coalesce((
    select (m.finished_at, m.deployment_id) > (${finished_at}::timestamptz, ${deployment_id}::bigint)
    from shipped_commits m
    where m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.sha = ${sha}
      and m.environment = ${environment}), true)`;
  const { rows } = await sql<{ sha: string }>`
    with recursive reached (sha) as (
      select s.sha from (${start}) s where ${isFree(sql`s.sha`)}
      union
      select p.sha from reached r cross join lateral unnest(${parentsOf(place, sql`r.sha`)}) as p (sha)
      where ${isFree(sql`p.sha`)}
    ), marked as (
      insert into shipped_commits
        (tenant_id, repository_id, sha, environment, deployment_id, finished_at, parents_known)
      select ${tenantId}::bigint, ${repositoryId}::bigint, r.sha, ${environment}, ${deployment_id}::bigint,
        ${finished_at}::timestamptz, ${parentsOf(place, sql`r.sha`)} is not null
      from reached r
      on conflict (tenant_id, repository_id, sha, environment) do update set
        deployment_id = excluded.deployment_id, finished_at = excluded.finished_at,
        parents_known = excluded.parents_known
      returning sha
    )
    select sha from marked`.execute(trx);
  return rows.map((row) => row.sha);
}

function parentsOf({ tenantId, repositoryId }: Place, sha: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select c.parents from commits c
    where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = ${sha})`;
}
