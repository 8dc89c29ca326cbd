import type { Database } from '../../db/connection.ts';
import type { CommitSource, SourceCommit, SourceRepository } from './commit-source.ts';
import { FactStore } from './fact-store.ts';
import { type HydratedRepository, recordListings } from './hydrate.ts';

/** What one job does at most; the next push, or the nightly comparison, sees to the rest. */
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
 */
export async function hydrateLive(db: Database, place: HydratedRepository, source: CommitSource): Promise<void> {
  const store = new FactStore(db, place);
  const work = { store, source, repository: { id: place.repositoryId, fullName: await store.findFullName() } };
  const parents = await hydratePushed(work);
  // Until the history has been read, what is missing there is no gap.
  if (await store.isHistoryRead()) await followGaps(work, parents);
  await listMerged(work);
}

/** @returns the parents of what was pushed */
async function hydratePushed({ store, repository, source }: Work): Promise<Set<string>> {
  const pushed = (await store.listUndetailed(undefined)).slice(0, MOST_COMMITS);
  const parents = new Set<string>();
  if (pushed.length === 0) return parents;
  for await (const commits of source.commitDetails({ repository, shas: pushed.map(({ sha }) => sha) })) {
    // A whole batch that GitHub does not know went by force-pushes, and so did what is older.
    if (commits.length === 0) break;
    await store.record(commits);
    for (const parent of commits.flatMap((commit) => commit.parents ?? [])) parents.add(parent);
  }
  return parents;
}

async function followGaps({ store, repository, source }: Work, parents: ReadonlySet<string>): Promise<void> {
  let left = MOST_ANCESTORS;
  for (const parent of await store.listUnknown([...parents])) {
    // One gap may have led over another.
    if (left <= 0 || (await store.listUnknown([parent])).size === 0) continue;
    for await (const commits of source.history({ repository, from: [parent] })) {
      const fresh = await recordFresh(store, commits);
      left -= commits.length;
      if (fresh === 0 || left <= 0) break;
    }
  }
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
