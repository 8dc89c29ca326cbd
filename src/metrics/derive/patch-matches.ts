import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';

/** A deployed commit that nothing leads to, so far as is known. */
export interface UnmatchedCommit {
  readonly repository_id: number;
  readonly full_name: string;
  readonly sha: string;
  readonly default_head: string;
  /** Commits of the same size that are no such leaves themselves, the likely ones first. */
  readonly candidates: readonly string[];
}

interface Selection {
  readonly repositoryIds: readonly number[];
  readonly now: Date;
  readonly most: number;
}

const MOST_ALIKE = 20;
const MOST_CANDIDATES = 5;

/**
 * Deployed commits that no branch seems to have and that stand for no other yet, the latest first; each once for a head
 * of the default branch. Only leaves are looked at: what has a child is nearly always a commit of a branch.
 */
export async function listUnmatchedCommits(
  trx: Trx,
  tenantId: number,
  { repositoryIds, now, most }: Selection,
): Promise<UnmatchedCommit[]> {
  const deployed = await listDeployed(trx, tenantId, { repositoryIds, now });
  const behind = await listParents(trx, tenantId, { among: deployed, now });
  const leaves = deployed.filter((commit) => !behind.has(keyOf(commit))).slice(0, most);
  const alike = await listAlike(trx, tenantId, leaves);
  const known = await listParents(trx, tenantId, { among: alike, now });
  return leaves.map(({ repository_id, full_name, sha, default_head }) => {
    const candidates = alike
      .filter((commit) => commit.repository_id === repository_id && commit.leaf === sha)
      .filter((commit) => commit.sha === default_head || known.has(keyOf(commit)))
      .map((commit) => commit.sha);
    return { repository_id, full_name, sha, default_head, candidates: candidates.slice(0, MOST_CANDIDATES) };
  });
}

type Commit = Pick<UnmatchedCommit, 'repository_id' | 'sha'>;

const keyOf = ({ repository_id, sha }: Commit) => `${repository_id} ${sha}`;

/** Each commit is a look-up: of rows that are new the planner knows no number, and would read all for each. */
async function listDeployed(
  trx: Trx,
  tenantId: number,
  { repositoryIds, now }: Omit<Selection, 'most'>,
): Promise<Omit<UnmatchedCommit, 'candidates'>[]> {
  const { rows } = await sql<Omit<UnmatchedCommit, 'candidates'>>`
    select d.repository_id, r.full_name, d.sha, main.head_sha as default_head
    from (
      select repository_id, sha, max(finished_at) as finished_at from production_deployments
      where tenant_id = ${tenantId} and repository_id = any(${repositoryIds}::bigint[]) and outcome = 'success'
        and match_sha is null and finished_at > ${now}::timestamptz - interval '90 days'
      group by repository_id, sha
    ) d
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = d.repository_id
      and r.full_name is not null and r.deleted_at is null
    join branches main on main.tenant_id = ${tenantId} and main.repository_id = d.repository_id
      and main.name = r.default_branch and main.deleted_at is null and main.head_sha is not null
    cross join lateral (
      select from commits c
      where c.tenant_id = ${tenantId} and c.repository_id = d.repository_id and c.sha = d.sha
        and cardinality(c.parents) = 1 and c.additions + c.deletions > 0 and c.changed_files is not null
        and c.committed_at > ${now}::timestamptz - interval '90 days' limit 1
    ) c
    where main.head_sha is distinct from (
        select k.default_head from patch_matches k
        where k.tenant_id = ${tenantId} and k.repository_id = d.repository_id and k.sha = d.sha)
      and not exists (
        select from branches b
        where b.tenant_id = ${tenantId} and b.repository_id = d.repository_id and b.head_sha = d.sha
          and b.deleted_at is null)
      and not exists (
        select from tags t
        where t.tenant_id = ${tenantId} and t.repository_id = d.repository_id and t.sha = d.sha
          and t.deleted_at is null)
    order by d.finished_at desc, d.sha`.execute(trx);
  return rows;
}

/** Which of them have a child: no index has parents, so the commits since then are read once. */
async function listParents(
  trx: Trx,
  tenantId: number,
  { among, now }: { among: readonly Commit[]; now: Date },
): Promise<Set<string>> {
  if (among.length === 0) return new Set();
  const { rows } = await sql<Commit>`
    select distinct c.repository_id, p.sha from commits c cross join unnest(c.parents) p (sha)
    where c.tenant_id = ${tenantId} and c.repository_id = any(${[...new Set(among.map((of) => of.repository_id))]}::bigint[])
      and c.committed_at > ${now}::timestamptz - interval '121 days'
      and p.sha = any(${among.map(({ sha }) => sha)}::text[])`.execute(trx);
  return new Set(rows.map(keyOf));
}

/** Commits of the same size, those of the same author and time first. */
async function listAlike(
  trx: Trx,
  tenantId: number,
  leaves: readonly Commit[],
): Promise<(Commit & { leaf: string })[]> {
  if (leaves.length === 0) return [];
  const { rows } = await sql<Commit & { leaf: string }>`
    select l.repository_id, l.sha as leaf, alike.sha
    from unnest(${leaves.map((leaf) => leaf.repository_id)}::bigint[], ${leaves.map(({ sha }) => sha)}::text[])
      as x (repository_id, sha)
    cross join lateral (
      select c.* from commits c
      where c.tenant_id = ${tenantId} and c.repository_id = x.repository_id and c.sha = x.sha limit 1
    ) l
    cross join lateral (
      select o.sha, o.committed_at, (o.author_email = l.author_email and o.authored_at = l.authored_at) is true as same
      from commits o
      where o.tenant_id = ${tenantId} and o.repository_id = l.repository_id and o.sha <> l.sha
        and o.committed_at between l.committed_at - interval '30 days' and l.committed_at + interval '30 days'
        and o.additions = l.additions and o.deletions = l.deletions and o.changed_files = l.changed_files
        and cardinality(o.parents) = 1
      order by same desc, o.committed_at desc, o.sha limit ${MOST_ALIKE}
    ) alike
    order by alike.same desc, alike.committed_at desc, alike.sha`.execute(trx);
  return rows;
}

type PatchMatch = Omit<UnmatchedCommit, 'candidates' | 'full_name'> & { readonly match_sha: string | null };

/** Has the derived rows follow where there is a match. */
export async function recordPatchMatches(trx: Trx, tenantId: number, matches: readonly PatchMatch[]): Promise<void> {
  const [repositories, shas] = [matches.map((match) => match.repository_id), matches.map(({ sha }) => sha)];
  const found = matches.map(({ match_sha }) => match_sha);
  await sql`
    insert into patch_matches (tenant_id, repository_id, sha, match_sha, default_head)
    select ${tenantId}, x.* from unnest(${repositories}::bigint[], ${shas}::text[], ${found}::text[],
      ${matches.map((match) => match.default_head)}::text[]) x
    on conflict (tenant_id, repository_id, sha) do update
    set match_sha = excluded.match_sha, default_head = excluded.default_head, looked_at = now()`.execute(trx);
  await sql`
    insert into touched_facts (tenant_id, repository_id, commits)
    select ${tenantId}, x.repository_id, array_agg(x.sha)
    from unnest(${repositories}::bigint[], ${shas}::text[], ${found}::text[]) as x (repository_id, sha, match_sha)
    where x.match_sha is not null group by x.repository_id`.execute(trx);
}
