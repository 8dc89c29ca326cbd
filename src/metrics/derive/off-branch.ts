import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { type CommitGraph, readCommitGraph } from './commit-graph.ts';
import { Reach } from './reach.ts';

/** A deployment, and the commit of the default branch that it may stand for. */
export interface Candidate {
  readonly deployment_id: number;
  readonly sha: string;
  readonly ref: string | null;
  readonly match_sha: string;
}

/**
 * Which of the deployments are of a commit that is reached from no branch and no tag, while their match is from the
 * default branch. The whole history is read for it, so it is asked only of what has a match.
 * @returns by deployment; one of which the known part of the history does not tell is left out
 */
export async function findOffBranch(
  trx: Trx,
  place: Place,
  { candidates, graph: read }: { candidates: readonly Candidate[]; graph?: CommitGraph },
): Promise<Map<number, boolean>> {
  const found = new Map<number, boolean>();
  if (candidates.length === 0) return found;
  const refs = await listRefs(trx, place);
  const graph = read ?? (await readCommitGraph(trx, place));
  const heads = refs.filter(({ stored, is_tag }) => stored || !is_tag);
  const any = await reachOf(trx, place, { graph, heads: heads.map(({ sha }) => sha) });
  const main = await reachOf(trx, place, { graph, heads: refs.filter((ref) => ref.is_default).map(({ sha }) => sha) });
  const tags = new Set(refs.filter(({ is_tag }) => is_tag).map(({ name }) => name));
  const times = await readTimes(
    trx,
    place,
    candidates.flatMap(({ sha, match_sha }) => [sha, match_sha]),
  );
  for (const { deployment_id, sha, ref, match_sha } of candidates) {
    const held = any.reach.has(sha) || (ref !== null && tags.has(ref));
    if (held) found.set(deployment_id, false);
    else if (isOutside(any, times.get(sha))) {
      if (main.reach.has(match_sha)) found.set(deployment_id, true);
      else if (isOutside(main, times.get(match_sha))) found.set(deployment_id, false);
    }
  }
  return found;
}

interface Ref {
  readonly name: string;
  readonly sha: string;
  readonly is_tag: boolean;
  readonly is_default: boolean;
  /** A tag that is not is an annotated one: its sha is no commit's. */
  readonly stored: boolean;
}

async function listRefs(trx: Trx, { tenantId, repositoryId }: Place): Promise<Ref[]> {
  const { rows } = await sql<Ref>`
    select x.*, exists (
      select from commits c
      where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = x.sha) as stored
    from (
      select b.name, b.head_sha as sha, false as is_tag, b.name = r.default_branch is true as is_default
      from branches b
      join repositories r on r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId}
      where b.tenant_id = ${tenantId} and b.repository_id = ${repositoryId} and b.deleted_at is null
        and b.head_sha is not null
      union all
      select t.name, t.sha, true, false from tags t
      where t.tenant_id = ${tenantId} and t.repository_id = ${repositoryId} and t.deleted_at is null
        and t.sha is not null
    ) x`.execute(trx);
  return rows;
}

interface Reached {
  readonly reach: Reach;
  /** Milliseconds since 1970: what is older may be hidden behind a gap. */
  readonly hiddenUntil: number;
}

async function reachOf(
  trx: Trx,
  place: Place,
  { graph, heads }: { graph: CommitGraph; heads: readonly string[] },
): Promise<Reached> {
  const reach = new Reach(graph, heads);
  const times = await readTimes(trx, place, reach.ends);
  const latest = (until: number, sha: string) => Math.max(until, times.get(sha) ?? Number.POSITIVE_INFINITY);
  return { reach, hiddenUntil: reach.ends.reduce(latest, Number.NEGATIVE_INFINITY) };
}

/** Whether a commit that is not reached would have been if it could be. */
function isOutside({ hiddenUntil }: Reached, committedAt = Number.NEGATIVE_INFINITY): boolean {
  return hiddenUntil === Number.NEGATIVE_INFINITY || committedAt > hiddenUntil;
}

/** In milliseconds since 1970, of those that are stored. */
async function readTimes(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  shas: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ sha: string; committed_at: Date | null }>`
    select sha, committed_at from commits
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and sha = any(${shas}::text[])`.execute(trx);
  return new Map(rows.flatMap(({ sha, committed_at }) => (committed_at ? [[sha, committed_at.getTime()]] : [])));
}
