import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import type { CommitGraph } from './commit-graph.ts';
import { type Detached, detachChains } from './detach.ts';
import { type Candidate, findOffBranch } from './off-branch.ts';

/** What changed that a match is made of. */
interface Changed {
  readonly pulls: readonly number[];
  readonly commits: readonly string[];
}

/**
 * Finds what the deployments stand for whose commit no branch and no tag has: the merge of the pull request that it is
 * the head of, or that its headline names, else the commit of the default branch with the same patch. The chain has
 * that commit in place of the deployed one, which no later deployment reaches.
 * @returns what may be shipped elsewhere now
 */
export async function matchDeployments(trx: Trx, place: Place, changed: Changed): Promise<Detached> {
  await readHeadlines(trx, place, changed);
  const matches = await listMatches(trx, place, changed);
  const offBranch = await findOffBranch(trx, place, { candidates: candidatesOf(matches) });
  // Where it is not known whether a branch has it, it stays as it is.
  const after = matches.map((match) => withStanding(match, offBranch.get(match.deployment_id) ?? match.off_branch));
  const moved = after.filter(
    ({ match, off, isOther }) => match.attributed && (off !== match.off_branch || (off && isOther)),
  );
  const detached = await detachChains(
    trx,
    place,
    moved.map(({ match }) => match.deployment_id),
  );
  await writeMatches(trx, place, after);
  return detached;
}

interface All {
  readonly graph: CommitGraph;
  /** Where it is not known whether a branch has it. */
  readonly undecided: 'as it was' | 'unmatched';
}

/** The same for all of them, whatever was attributed. @returns those that differed */
export async function matchAllDeployments(trx: Trx, place: Place, { graph, undecided }: All): Promise<number[]> {
  const renamed = await readHeadlines(trx, place);
  const matches = await listMatches(trx, place);
  const offBranch = await findOffBranch(trx, place, { candidates: candidatesOf(matches), graph });
  const after = matches.map((match) =>
    withStanding(match, offBranch.get(match.deployment_id) ?? (undecided === 'as it was' && match.off_branch)),
  );
  return [...renamed, ...(await writeMatches(trx, place, after))];
}

function candidatesOf(matches: readonly Match[]): Candidate[] {
  return matches.flatMap(({ match_sha, ...match }) => (match_sha === null ? [] : [{ ...match, match_sha }]));
}

/** @param outside whether no branch has it */
function withStanding(match: Match, outside: boolean) {
  const isOther = match.match_sha !== match.old_sha || match.match_rule !== match.old_rule;
  return { match, isOther, off: match.match_sha !== null && outside };
}

interface Match {
  readonly deployment_id: number;
  readonly sha: string;
  readonly ref: string | null;
  readonly attributed: boolean;
  readonly off_branch: boolean;
  readonly old_sha: string | null;
  readonly old_rule: string | null;
  /** What it stands for if no branch has it. */
  readonly match_sha: string | null;
  readonly match_rule: string | null;
}

/** As GitHub writes them: "Merge pull request #7 from …" of a merge, "Title (#7)" of a squash. */
const headlineNumber = sql`nullif(coalesce(
  substring(c.message_headline from '^Merge pull request #([0-9]{1,9}) from '),
  substring(c.message_headline from '[(]#([0-9]{1,9})[)][[:space:]]*$'))::integer, 0)`;

/** @returns the deployments that differed */
async function readHeadlines(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  changed?: Pick<Changed, 'commits'>,
): Promise<number[]> {
  const successes = sql`
    select o.deployment_id from production_deployments o
    where o.tenant_id = ${tenantId} and o.repository_id = ${repositoryId} and o.outcome = 'success'`;
  // Each part has an index of its own.
  const isTouched = changed
    ? sql`d.deployment_id in (
        ${successes} and not o.attributed union ${successes} and o.sha = any(${changed.commits}::text[]))`
    : sql`true`;
  // A look-up for each, and no join of a table with itself: of rows that are new the planner knows no number.
  const number = sql`(
    select ${headlineNumber} from commits c
    where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = d.sha)`;
  const { rows } = await sql<{ deployment_id: number }>`
    update production_deployments d set headline_number = ${number}
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.outcome = 'success' and ${isTouched}
      and d.headline_number is distinct from ${number}
    returning d.deployment_id`.execute(trx);
  return rows.map(({ deployment_id }) => deployment_id);
}

/** Of the deployments that are new, that have a match, or whose commit or pull request was touched; or of all. */
async function listMatches(trx: Trx, place: Place, changed?: Changed): Promise<Match[]> {
  const { tenantId, repositoryId } = place;
  const { rows } = await sql<Match>`
    with looked_at as materialized (
      select d.* from production_deployments d
      where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.outcome = 'success'
        and d.deployment_id in (${touchedDeployments(place, changed)})
    )
    select d.deployment_id, d.sha, d.ref, d.attributed, d.off_branch, d.match_sha as old_sha, d.match_rule as old_rule,
      m.sha as match_sha, m.rule as match_rule
    from looked_at d
    left join lateral (${bestMatch(place)}) m on not exists (
      select from pull_requests p
      where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.merge_commit_sha = d.sha
        and p.merged_at is not null)
    where num_nonnulls(m.sha, d.match_sha, d.match_rule) > 0`.execute(trx);
  return rows;
}

/** Each part has an index of its own. */
function touchedDeployments({ tenantId, repositoryId }: Place, changed?: Changed): RawBuilder<unknown> {
  const successes = sql`
    select s.deployment_id from production_deployments s
    where s.tenant_id = ${tenantId} and s.repository_id = ${repositoryId} and s.outcome = 'success'`;
  if (!changed) return successes;
  const { pulls, commits } = changed;
  return sql`
    ${successes} and not s.attributed
    union ${successes} and s.match_sha is not null
    union ${successes} and s.headline_number = any(${pulls}::integer[])
    union ${successes} and s.sha = any(${commits}::text[])
    union
    select s.deployment_id from pull_requests p
    join production_deployments s on s.tenant_id = ${tenantId} and s.repository_id = ${repositoryId}
      and s.sha in (p.head_sha, p.merge_commit_sha)
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = any(${pulls}::integer[])`;
}

function bestMatch({ tenantId, repositoryId }: Place): RawBuilder<unknown> {
  const merged = sql`p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.merged_at is not null
    and p.merge_commit_sha is not null`;
  return sql`
    select x.sha, x.rule from (
      select 1 as place, p.number, p.merge_commit_sha as sha, 'head_of_pull_request' as rule
      from pull_request_commits l
      join pull_requests p on ${merged} and p.number = l.number and p.head_sha = l.sha
      where l.tenant_id = ${tenantId} and l.repository_id = ${repositoryId} and l.sha = d.sha
      union all
      select 2, p.number, p.merge_commit_sha, 'number_in_headline' from pull_requests p
      where ${merged} and p.number = d.headline_number
      union all
      select 3, 0, k.match_sha, 'patch_id' from patch_matches k
      where k.tenant_id = ${tenantId} and k.repository_id = ${repositoryId} and k.sha = d.sha
        and k.match_sha is not null
    ) x where x.sha <> d.sha order by x.place, x.number limit 1`;
}

/** @returns the deployments that differed */
async function writeMatches(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  rows: readonly { readonly match: Match; readonly off: boolean }[],
): Promise<number[]> {
  const { rows: written } = await sql<{ deployment_id: number }>`
    update production_deployments d set match_sha = x.sha, match_rule = x.rule, off_branch = x.off
    from unnest(${rows.map(({ match }) => match.deployment_id)}::bigint[],
      ${rows.map(({ match }) => match.match_sha)}::text[], ${rows.map(({ match }) => match.match_rule)}::text[],
      ${rows.map(({ off }) => off)}::boolean[]) as x (deployment_id, sha, rule, off)
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.deployment_id = x.deployment_id
      and (d.match_sha, d.match_rule, d.off_branch) is distinct from (x.sha, x.rule, x.off)
    returning d.deployment_id`.execute(trx);
  return written.map(({ deployment_id }) => deployment_id);
}
