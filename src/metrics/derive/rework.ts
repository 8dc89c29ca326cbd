import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { firstDeploymentOf } from './blamed-deployment.ts';
import type { CauseSources } from './cause-sources.ts';
import { isOneOf } from './is-one-of.ts';
import { writeDifferences } from './write-differences.ts';

/**
 * Finds the deployments of a repository that repair what another one did.
 * @param sources of these rows; undefined: of all
 * @returns how many rows differed
 */
export async function refreshRework(trx: Trx, place: Place, sources: CauseSources | undefined): Promise<number> {
  const { tenantId, repositoryId } = place;
  const wanted = sql`
    select r.deployment_id, 'rollback' as kind, 'deployment ' || r.rollback_of as linked_by
    from production_deployments r
    where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId} and r.rollback_of is not null
      and ${isOneOf(sql`r.deployment_id`, sources?.deployments)}
    union all
    select p.shipped_by, repair.kind, '#' || p.number
    from merged_pull_requests p
    cross join lateral (
      select 'hotfix' as kind where p.hotfix
      union all
      select 'revert' where exists (
        select from unnest(p.reverts) as reverted (number)
        cross join lateral (${firstDeploymentOf(place, sql`reverted.number`)}) r
        where (r.finished_at, r.deployment_id) < (p.shipped_at, p.shipped_by))
      union all
      select 'incident_fix' where exists (
        select from incidents i
        where i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId} and i.number = any(p.closes))
    ) repair
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.shipped_by is not null
      and (p.hotfix or p.reverts <> '{}' or p.closes <> '{}') and ${isOneOf(sql`p.number`, sources?.pulls)}`;
  const { differed } = await writeDifferences<{ differed: number }>(trx, place, {
    table: 'deployment_rework',
    key: ['deployment_id', 'kind', 'linked_by'],
    columns: [],
    wanted,
    among: isFoundFrom(sources),
    telling: sql`count(*)::integer as differed`,
  });
  return differed;
}

/** Whether rework was found from one of these. */
function isFoundFrom(sources: CauseSources | undefined): RawBuilder<unknown> {
  if (!sources) return sql`true`;
  const names = sources.pulls.map((number) => `#${number}`);
  return sql`case kind when 'rollback' then deployment_id = any(${sources.deployments}::bigint[])
    else linked_by = any(${names}::text[]) end`;
}
