import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { firstDeploymentOf, lastSuccess } from './blamed-deployment.ts';
import { isOneOf } from './is-one-of.ts';

interface Linked {
  /** How long before an incident what it blames may have finished. */
  readonly hours: number;
  /** Their numbers; undefined: all. */
  readonly incidents: readonly number[] | undefined;
}

/**
 * What each incident blames: what people say, else what its body names, else the last success before it. An issue that
 * is one by a person's word alone blames nothing else.
 * @returns those that blame another deployment than before
 */
export async function linkIncidents(trx: Trx, place: Place, { hours, incidents }: Linked): Promise<number[]> {
  const { tenantId, repositoryId } = place;
  const ofRepository = (table: string) =>
    sql`${sql.ref(`${table}.tenant_id`)} = ${tenantId} and ${sql.ref(`${table}.repository_id`)} = ${repositoryId}`;
  const { rows } = await sql<{ number: number }>`
    update incidents i set deployment_id = link.deployment_id, rule = link.rule
    from incidents o
    left join lateral (
      select l.deployment_id, l.rule from (
        select 0 as place, k.deployment_id, 'linked_by_hand' as rule from incident_links k
        join production_deployments d on ${ofRepository('d')} and d.deployment_id = k.deployment_id
          and d.source = k.source
        where ${ofRepository('k')} and k.number = o.number
        union all
        select 0, null, 'unlinked_by_hand' from incident_links k
        where ${ofRepository('k')} and k.number = o.number and k.deployment_id is null
        union all
        select 1, d.deployment_id, 'names_deployment' from production_deployments d
        where ${ofRepository('d')} and d.deployment_id = o.names_deployment and not o.by_hand
        union all
        select 2, f.deployment_id, 'names_pull_request'
        from (${firstDeploymentOf(place, sql`o.names_pull`)}) f where o.names_pull is not null and not o.by_hand
        union all
        select 3, f.deployment_id, 'names_commit' from (
          select c.deployment_id from deployment_changes c
          where ${ofRepository('c')} and c.sha >= o.names_sha and c.sha < o.names_sha || 'g'
          order by c.finished_at, c.deployment_id limit 1
        ) f where o.names_sha is not null and not o.by_hand
        union all
        select 4, f.deployment_id, 'names_deployed_commit' from (
          select d.deployment_id from production_deployments d
          where ${ofRepository('d')} and d.sha >= o.names_sha and d.sha < o.names_sha || 'g'
          order by d.finished_at, d.deployment_id limit 1
        ) f where o.names_sha is not null and not o.by_hand
        union all
        select 5, f.deployment_id, 'last_success_before_opening'
        from (${lastSuccess(place, sql`o.opened_at`, { hours })}) f where not o.by_hand
      ) l order by l.place limit 1
    ) link on true
    where ${ofRepository('i')} and ${ofRepository('o')} and o.number = i.number
      and ${isOneOf(sql`i.number`, incidents)}
      and (i.deployment_id, i.rule) is distinct from (link.deployment_id, link.rule)
    returning i.number`.execute(trx);
  return rows.map(({ number }) => number);
}
