import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedHead } from '../queue.ts';

interface Repositories {
  readonly tenantId: number;
  /** Undefined: all of the tenant's. */
  readonly repositoryIds?: readonly number[] | undefined;
}

interface Heads extends Repositories {
  /** `(repository_id, head_sha, number, state)`: of which pull requests. */
  readonly pulls: RawBuilder<unknown>;
}

/**
 * What deployments and incidents came to, as text: `(repository_id, head_sha, standing)`. Of what waits for a deployment,
 * which ones failed, and were not done again.
 */
function standings({ tenantId, repositoryIds, pulls }: Heads): RawBuilder<unknown> {
  const scoped = (alias: string) => inRepositories(alias, { tenantId, repositoryIds });
  return sql`
    with pulls as materialized (${pulls}),
    failures as materialized (
      select f.repository_id, f.deployment_id,
        string_agg(concat_ws(' ', f.kind, f.linked_by, f.recovered_at), ',' order by f.kind, f.linked_by) as text
      from deployment_failures f where ${scoped('f')} group by 1, 2
    ), failed_deployments as materialized (
      select f.repository_id, string_agg(f.deployment_id::text, ',' order by f.deployment_id) as text
      from deployment_failures f where ${scoped('f')} and f.kind = 'deploy_failed' and f.recovered_at is null group by 1
    ), reverts as materialized (
      select r.repository_id, reverted.number,
        string_agg(concat_ws(' ', r.number, r.deployed_at), ',' order by r.merged_at, r.number) as text
      from merged_pull_requests r cross join lateral unnest(r.reverts) as reverted (number)
      where ${scoped('r')} and r.reverts <> '{}' group by 1, 2
    ), open_incidents as materialized (
      select i.repository_id, string_agg(i.number::text, ',' order by i.number) as text
      from incidents i where ${scoped('i')} and i.closed_at is null group by 1
    )
    select p.repository_id, p.head_sha,
      case when p.state = 'open' then coalesce(incidents.text, '')
        when m.number is not null then concat_ws(';', 'merged', m.first_commit_at, m.first_review_at,
          m.first_deployment_id, failures.text, reverts.text, failed_deployments.text)
        else p.state end as standing
    from pulls p
    left join merged_pull_requests m on m.tenant_id = ${tenantId} and m.repository_id = p.repository_id
      and m.number = p.number
    left join failures on failures.repository_id = m.repository_id and failures.deployment_id = m.first_deployment_id
    left join failed_deployments on failed_deployments.repository_id = m.repository_id
      and m.first_deployment_id is null and m.merged_at > now() - interval '30 days'
    left join reverts on reverts.repository_id = m.repository_id and reverts.number = m.number
    left join open_incidents incidents on incidents.repository_id = p.repository_id`;
}

function inRepositories(alias: string, { tenantId, repositoryIds }: Repositories): RawBuilder<unknown> {
  const listed = repositoryIds
    ? sql`and ${sql.ref(`${alias}.repository_id`)} = any(${repositoryIds}::bigint[])`
    : sql``;
  return sql`${sql.ref(`${alias}.tenant_id`)} = ${tenantId} ${listed}`;
}

/** Whose check run says what is not so any more. */
export async function listRestated(trx: Trx, repositories: Repositories): Promise<CheckedHead[]> {
  const { tenantId } = repositories;
  const pulls = sql`
    select c.repository_id, c.head_sha, c.number, p.state from published_check_runs c
    join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = c.repository_id and p.number = c.number
      and p.head_sha = c.head_sha
    where ${inRepositories('c', repositories)} and not c.merge_group`;
  const { rows } = await sql<{ repository_id: number; head_sha: string }>`
    select s.repository_id, s.head_sha from (${standings({ ...repositories, pulls })}) s
    join published_check_runs c on c.tenant_id = ${tenantId} and c.repository_id = s.repository_id
      and c.head_sha = s.head_sha
    where c.standing is distinct from s.standing`.execute(trx);
  return rows.map(({ repository_id, head_sha }) => ({ tenantId, repositoryId: repository_id, headSha: head_sha }));
}

/** How a pull request stands. Read before its facts, so that what comes in between is told again. */
export async function findStanding(trx: Trx, head: CheckedHead): Promise<string | null> {
  const { tenantId, repositoryId, headSha } = head;
  const pulls = sql`
    select p.repository_id, p.head_sha, p.number, p.state from pull_requests p
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.head_sha = ${headSha}
    order by p.state = 'open' desc, p.number desc limit 1`;
  const { rows } = await sql<{
    standing: string;
  }>`${standings({ tenantId, repositoryIds: [repositoryId], pulls })}`.execute(trx);
  return rows[0]?.standing ?? null;
}
