import type { Database } from '../../db/connection.ts';
import type { CommitSource, SourceCommit, SourceRepository } from './commit-source.ts';
import { FactStore } from './fact-store.ts';
import { type HydratedRepository, recordListings } from './hydrate.ts';

/** What one job does at most; for what is left it says that there is more. */
const MOST_COMMITS = 5_000;
const MOST_ANCESTORS = 5_000;
const MOST_PULLS = 500;

interface Work {
  readonly store: FactStore;
  readonly repository: SourceRepository;
  readonly source: CommitSource;
}

/**
 * Adds what the webhooks of a push and of a merge leave out: parents and line counts, the commits that were too many
 * for the push or whose push was lost, and the commits of merged pull requests. A push of up to a hundred commits takes
 * one request.
 * @returns whether a gap is left: see `closeGaps`
 */
export async function hydrateLive(db: Database, place: HydratedRepository, source: CommitSource): Promise<boolean> {
  const work = await workAt(db, place, source);
  const parents = await hydratePushed(work);
  // Until the history has been read, what is missing there is no gap.
  const left = (await work.store.isHistoryRead()) ? await followGaps(work, parents, MOST_ANCESTORS) : MOST_ANCESTORS;
  await listMerged(work);
  return left <= 0;
}

/**
 * Reads the commits that stored ones name as parents and that are not stored, wherever they are: behind a push that was
 * lost, or on a branch that is older than the time down to which a pass reads. What GitHub does not know any more is
 * left.
 * @param since nothing is missing before it
 * @returns whether there is more to read
 */
export async function closeGaps(
  db: Database,
  place: HydratedRepository,
  { source, since }: { readonly source: CommitSource; readonly since?: Date | undefined },
): Promise<boolean> {
  const work = await workAt(db, place, source);
  if (!(await work.store.isHistoryRead())) return false;
  const asked = new Set<string>();
  let left = MOST_ANCESTORS;
  while (left > 0) {
    const missing = (await work.store.listMissingParents(since)).filter((sha) => !asked.has(sha)).slice(0, left);
    if (missing.length === 0) return false;
    for (const sha of missing) asked.add(sha);
    left -= missing.length;
    left = await followGaps(work, await recordCommits(work, missing, { untilUnknown: false }), left);
  }
  return true;
}

async function workAt(db: Database, place: HydratedRepository, source: CommitSource): Promise<Work> {
  const store = new FactStore(db, place);
  return { store, source, repository: { id: place.repositoryId, fullName: await store.findFullName() } };
}

/** @returns the parents of what was pushed */
async function hydratePushed(work: Work): Promise<Set<string>> {
  const pushed = (await work.store.listUndetailed(undefined)).slice(0, MOST_COMMITS);
  const shas = pushed.map(({ sha }) => sha);
  // The newest first: a whole batch that GitHub does not know went by force-pushes, and so did what is older.
  return recordCommits(work, shas, { untilUnknown: true });
}

/** @returns the parents of those that GitHub knows */
async function recordCommits(
  { store, repository, source }: Work,
  shas: readonly string[],
  { untilUnknown }: { untilUnknown: boolean },
): Promise<Set<string>> {
  const parents = new Set<string>();
  if (shas.length === 0) return parents;
  for await (const commits of source.commitDetails({ repository, shas })) {
    if (commits.length === 0 && untilUnknown) break;
    await store.record(commits);
    for (const parent of commits.flatMap((commit) => commit.parents ?? [])) parents.add(parent);
  }
  return parents;
}

/** @returns how many commits may still be read; none: it was not followed to the end */
async function followGaps(
  { store, repository, source }: Work,
  parents: ReadonlySet<string>,
  most: number,
): Promise<number> {
  let left = most;
  for (const parent of await store.listUnknown([...parents])) {
    if (left <= 0) return left;
    // One gap may have led over another.
    if ((await store.listUnknown([parent])).size === 0) continue;
    for await (const commits of source.history({ repository, from: [parent] })) {
      const fresh = await recordFresh(store, commits);
      left -= commits.length;
      if (fresh === 0 || left <= 0) break;
    }
  }
  return left;
}

async function recordFresh(store: FactStore, commits: readonly SourceCommit[]): Promise<number> {
  const fresh = await store.listUnknown(commits.map(({ sha }) => sha));
  if (fresh.size > 0) await store.record(commits.filter(({ sha }) => fresh.has(sha)));
  return fresh.size;
}

async function listMerged({ store, repository, source }: Work): Promise<void> {
  const pulls = (await store.listUnlisted(0)).slice(-MOST_PULLS);
  if (pulls.length === 0) return;
  for await (const listings of source.pullRequestCommits({ repository, pulls })) {
    await recordListings(store, { repositoryId: repository.id, pulls, listings });
  }
}
