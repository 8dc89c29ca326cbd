import { type RawBuilder, sql } from 'kysely';
import type { MetricScope } from '../query/scope.ts';
import { couldPush } from '../query/team-history.ts';
import type { SettingsOf } from './settings.ts';

/**
 * Incidents as `repository_id, number, opened_at, closed_at, root_cause, deployment_id`. The last is what Shiplog finds that
 * it blames, and where the reverted was deployed first.
 */
export function incidentsOf(scope: MetricScope, kind: SettingsOf<'recovery-time'>['incidents']): RawBuilder<unknown> {
  switch (kind) {
    case undefined:
      return labelled(scope);
    case 'with_reverts':
      return sql`${labelled(scope)} union all ${reverted(scope)}`;
    case 'labelled_incident':
      return sql`
        select i.repository_id, i.number::bigint as number, i.created_at as opened_at, i.closed_at,
          nullif(substring(i.body from 'root cause: ([[:alnum:]]*)'), '') as root_cause,
          null::bigint as deployment_id
        from issues i
        join scoped s on s.repository_id = i.repository_id
        where i.tenant_id = ${scope.tenantId} and i.deleted_at is null and 'Incident' = any(i.labels)
          and ${isOfTeam(scope, { repository: sql`i.repository_id`, at: sql`i.created_at` })}`;
  }
}

function labelled(scope: MetricScope): RawBuilder<unknown> {
  return sql`
    select i.repository_id, i.number, i.opened_at, i.closed_at, null::text as root_cause, i.deployment_id
    from incidents i
    join scoped s on s.repository_id = i.repository_id
    where i.tenant_id = ${scope.tenantId}
      and ${isOfTeam(scope, { repository: sql`i.repository_id`, at: sql`i.opened_at` })}`;
}

/** Of several reverts of one pull request the latest counts. */
function reverted(scope: MetricScope): RawBuilder<unknown> {
  const { tenantId } = scope;
  return sql`(
    select distinct on (o.repository_id, o.number) o.repository_id, o.number::bigint, o.merged_at, p.merged_at, null::text,
      o.shipped_by
    from merged_pull_requests p
    join scoped s on s.repository_id = p.repository_id
    cross join lateral unnest(p.reverts) as r (number)
    join merged_pull_requests o on o.tenant_id = ${tenantId} and o.repository_id = p.repository_id
      and o.number = r.number
    where p.tenant_id = ${tenantId} and p.reverts <> '{}'
      and ${isOfTeam(scope, { repository: sql`p.repository_id`, at: sql`p.merged_at` })}
    order by o.repository_id, o.number, p.merged_at desc)`;
}

function isOfTeam(
  { tenantId, teamId }: MetricScope,
  { repository, at }: { repository: RawBuilder<unknown>; at: RawBuilder<unknown> },
): RawBuilder<unknown> {
  return teamId === undefined ? sql`true` : couldPush({ tenantId, teamId }, { id: repository, at });
}
