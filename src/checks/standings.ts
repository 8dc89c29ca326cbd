import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedHead } from '../queue.ts';

interface Repositories {
  readonly tenantId: number;
  /** Undefined: all of the tenant's. */
  readonly repositoryIds?: readonly number[];
}

/**
 * Of heads with a check run, what deployments and incidents came to, as text: `standings (repository_id, head_sha,
 * standing, known)`. Where `known`, what was said last, is another, the check run is out of date.
 */
function standings({ tenantId, repositoryIds }: Repositories): RawBuilder<unknown> {
  const scoped = (alias: string) => {
    const id = sql.ref(`${alias}.repository_id`);
    const listed = repositoryIds ? sql`and ${id} = any(${repositoryIds}::bigint[])` : sql``;
    return sql`${sql.ref(`${alias}.tenant_id`)} = ${tenantId} ${listed}`;
  };
  return sql`
    with failures as materialized (
      select f.repository_id, f.deployment_id,
        string_agg(concat_ws(' ', f.kind, f.linked_by, f.recovered_at), ',' order by f.kind, f.linked_by) as text
      from deployment_failures f where ${scoped('f')} group by 1, 2
    ), reverts as materialized (
      select r.repository_id, reverted.number,
        string_agg(concat_ws(' ', r.number, r.deployed_at), ',' order by r.merged_at, r.number) as text
      from merged_pull_requests r cross join lateral unnest(r.reverts) as reverted (number)
      where ${scoped('r')} and r.reverts <> '{}' group by 1, 2
    ), open_incidents as materialized (
      select i.repository_id, string_agg(i.number::text, ',' order by i.number) as text
      from incidents i where ${scoped('i')} and i.closed_at is null group by 1
    )
    select c.repository_id, c.head_sha, c.standing as known,
      case when p.state = 'open' then coalesce(incidents.text, '')
        when m.number is not null then concat_ws(';', 'merged', m.first_commit_at, m.first_review_at,
          m.first_deployment_id, failures.text, reverts.text)
        else p.state end as standing
    from published_check_runs c
    join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = c.repository_id and p.number = c.number
      and p.head_sha = c.head_sha
    left join merged_pull_requests m on m.tenant_id = ${tenantId} and m.repository_id = c.repository_id
      and m.number = c.number
    left join failures on failures.repository_id = m.repository_id and failures.deployment_id = m.first_deployment_id
    left join reverts on reverts.repository_id = m.repository_id and reverts.number = m.number
    left join open_incidents incidents on incidents.repository_id = c.repository_id
    where ${scoped('c')} and not c.merge_group`;
}

/** Whose check run says what is not so any more. */
export async function listRestated(trx: Trx, repositories: Repositories): Promise<CheckedHead[]> {
  const { rows } = await sql<{ repository_id: number; head_sha: string }>`
    select repository_id, head_sha from (${standings(repositories)}) s
    where known is distinct from standing`.execute(trx);
  return rows.map(({ repository_id, head_sha }) => ({
    tenantId: repositories.tenantId,
    repositoryId: repository_id,
    headSha: head_sha,
  }));
}

/** How a head stands; null where nothing was published on it. Read before the facts: what comes in between is told again. */
export async function findStanding(trx: Trx, { tenantId, repositoryId, headSha }: CheckedHead): Promise<string | null> {
  const { rows } = await sql<{ standing: string }>`
    select standing from (${standings({ tenantId, repositoryIds: [repositoryId] })} and c.head_sha = ${headSha}) s`.execute(
    trx,
  );
  return rows[0]?.standing ?? null;
}
