import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { writeDifferences } from './write-differences.ts';

interface Restated {
  /** How many rows were not what they had to be. */
  readonly differed: number;
  /** The pull requests that they belonged to, or belong to now; none when all were looked at. */
  readonly numbers: readonly number[];
}

/**
 * Brings up to date what commits are to the deployments that ship them: the merge of a pull request, a part of one, a
 * merge of branches, or a change by themselves.
 * @param shas of these commits; undefined: of all
 */
export async function refreshChanges(trx: Trx, place: Place, shas?: readonly string[]): Promise<Restated> {
  if (shas?.length === 0) return { differed: 0, numbers: [] };
  const isWanted: Wanted = (sha) => (shas ? sql`${sha} = any(${shas}::text[])` : sql`true`);
  const numbers = shas ? sql`coalesce(array_agg(distinct number), '{}')` : sql`'{}'::integer[]`;
  return writeDifferences<Restated>(trx, place, {
    table: 'deployment_changes',
    key: ['deployment_id', 'sha', 'number'],
    columns: ['environment', 'rule', 'is_change', 'finished_at', 'standing', 'author_id', 'author_email', 'started_at'],
    wanted: wantedChanges(place, isWanted),
    among: isWanted(sql`sha`),
    telling: sql`count(*)::integer as differed, ${numbers} as numbers`,
  });
}

/** Joins of whole sets, and no look-up for each row: for a million commits that is the lesser half of the time. */
function wantedChanges(place: Place, isWanted: Wanted): RawBuilder<unknown> {
  const { tenantId, repositoryId } = place;
  return sql`
    with ${shippedCommits(place, isWanted)}
    , standings as (
      select s.*, coalesce(of_pull.number, 0) as number, of_pull.rule
      from shipped s
      left join (
        select sha, number, 'merge_commit' as rule from merges
        union all
        select sha, number, 'commit_of_pull_request' from parts
      ) of_pull using (sha)
    ), first_commits as materialized (
      select l.number, case when count(*) = count(a.authored_at) then min(a.authored_at) end as authored_at
      from (select number from merges union select number from parts) n
      join pull_request_commits l on l.tenant_id = ${tenantId} and l.repository_id = ${repositoryId}
        and l.number = n.number
      left join commits a on a.tenant_id = ${tenantId} and a.repository_id = ${repositoryId} and a.sha = l.sha
      group by l.number
    )
    select s.deployment_id, s.environment, s.sha, s.number,
      case when rule.is_change then coalesce(s.match_rule, rule.name) else rule.name end as rule, rule.is_change,
      s.finished_at, s.standing, p.author_id, case when s.number = 0 then c.author_email end as author_email,
      case when s.number = 0 then case when c.parents is not null then c.authored_at end
        when f.authored_at is not null then least(p.created_at, f.authored_at) end as started_at
    from standings s
    left join commits c on c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = s.sha
    left join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = s.number
    left join first_commits f on f.number = s.number
    cross join lateral (
      select x.name, x.name in ('merge_commit', 'direct') as is_change from (
        select case when s.number > 0 then s.rule when cardinality(c.parents) > 1 then 'merge' else 'direct' end
      ) x (name)
    ) rule`;
}

type Wanted = (sha: RawBuilder<unknown>) => RawBuilder<unknown>;

/** As `shipped`, with `merges` and `parts`: the pull requests that they are the merge commits of, or parts of. */
function shippedCommits({ tenantId, repositoryId }: Place, isWanted: Wanted): RawBuilder<unknown> {
  return sql`
    marks as materialized (
      select m.sha, m.environment, m.deployment_id, m.finished_at, d.baseline,
        case when d.off_branch and d.head_sha = m.sha then d.match_rule end as match_rule,
        first_value(m.deployment_id) over earliest as first_id, first_value(d.baseline) over earliest as first_baseline
      from shipped_commits m
      join production_deployments d on d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId}
        and d.deployment_id = m.deployment_id
      where m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and ${isWanted(sql`m.sha`)}
      window earliest as (partition by m.sha order by m.finished_at, m.deployment_id)
    ), shipped as materialized (
      select sha, environment, deployment_id, finished_at, match_rule,
        case when deployment_id = first_id then 'first' when first_baseline then 'baseline' else 'later' end as standing
      from marks where not baseline
    ), merges as materialized (
      select p.number, p.merge_commit_sha as sha from pull_requests p
      where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.merged_at is not null
        and ${isWanted(sql`p.merge_commit_sha`)}
    ), parts as materialized (
      select l.number, l.sha from pull_request_commits l
      join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = l.number
        and p.merged_at is not null
      where l.tenant_id = ${tenantId} and l.repository_id = ${repositoryId} and ${isWanted(sql`l.sha`)}
        and not exists (select from merges where merges.sha = l.sha)
    )`;
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
