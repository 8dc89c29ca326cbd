import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';

/**
 * Writes anew what the commits are to the deployments that ship them: the merge of a pull request, a part of one, a
 * merge of branches, or a change by themselves.
 */
export async function refreshChanges(trx: Trx, place: Place, shas: readonly string[]): Promise<void> {
  if (shas.length === 0) return;
  const { tenantId, repositoryId } = place;
  await sql`
    delete from deployment_changes
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and sha = any(${shas}::text[])`.execute(trx);
  await sql`
    with shipped as materialized (
      select m.sha, m.environment, m.deployment_id, m.finished_at,
        case when m.deployment_id = f.deployment_id then 'first' when f.baseline then 'baseline' else 'later' end as standing
      from (select distinct unnest(${shas}::text[]) as sha) x
      join shipped_commits m on m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.sha = x.sha
      join production_deployments d on d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId}
        and d.deployment_id = m.deployment_id and not d.baseline
      cross join lateral (
        select a.deployment_id, b.baseline from shipped_commits a
        join production_deployments b on b.tenant_id = ${tenantId} and b.repository_id = ${repositoryId}
          and b.deployment_id = a.deployment_id
        where a.tenant_id = ${tenantId} and a.repository_id = ${repositoryId} and a.sha = m.sha
        order by a.finished_at, a.deployment_id limit 1
      ) f
    ), merges as materialized (
      select p.number, p.merge_commit_sha as sha from pull_requests p
      where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.merged_at is not null
        and p.merge_commit_sha = any(${shas}::text[])
    ), parts as materialized (
      select distinct l.number, l.sha from pull_request_commits l
      join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = l.number
        and p.merged_at is not null
      where l.tenant_id = ${tenantId} and l.repository_id = ${repositoryId} and l.sha = any(${shas}::text[])
        and not exists (select from merges where merges.sha = l.sha)
    ), standings as (
      select s.*, g.number, 'merge_commit' as rule from shipped s join merges g using (sha)
      union all
      select s.*, l.number, 'commit_of_pull_request' from shipped s join parts l using (sha)
      union all
      select s.*, 0, case when cardinality(c.parents) > 1 then 'merge' else 'direct' end
      from shipped s
      left join commits c on c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = s.sha
      where not exists (select from merges where merges.sha = s.sha)
        and not exists (select from parts where parts.sha = s.sha)
    )
    insert into deployment_changes (tenant_id, repository_id, deployment_id, sha, number, rule, is_change, finished_at,
      standing, author_id, author_email, started_at)
    select ${tenantId}::bigint, ${repositoryId}::bigint, s.deployment_id, s.sha, s.number, s.rule,
      s.rule in ('merge_commit', 'direct'), s.finished_at, s.standing, p.author_id,
      case when s.number = 0 then c.author_email end,
      case when s.number = 0 then c.authored_at else least(p.created_at, first_commit.authored_at) end
    from standings s
    left join commits c on c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = s.sha
    left join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = s.number
    cross join lateral (
      select min(a.authored_at) as authored_at from pull_request_commits l
      join commits a on a.tenant_id = ${tenantId} and a.repository_id = ${repositoryId} and a.sha = l.sha
      where l.tenant_id = ${tenantId} and l.repository_id = ${repositoryId} and l.number = s.number
    ) first_commit`.execute(trx);
}

/** The shipped commits that may stand otherwise now that pull requests and commits have changed. */
export async function listTouchedCommits(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  { pulls, commits }: { pulls: readonly number[]; commits: readonly string[] },
): Promise<string[]> {
  const { rows } = await sql<{ sha: string }>`
    with touched as (
      select unnest(${commits}::text[]) as sha
      union
      select l.sha from pull_request_commits l
      where l.tenant_id = ${tenantId} and l.repository_id = ${repositoryId} and l.number = any(${pulls}::integer[])
      union
      select p.merge_commit_sha from pull_requests p
      where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = any(${pulls}::integer[])
      union
      select c.sha from deployment_changes c
      where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.number = any(${pulls}::integer[])
    )
    select sha from touched t where exists (
      select from shipped_commits m
      where m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.sha = t.sha)`.execute(trx);
  return rows.map(({ sha }) => sha);
}
