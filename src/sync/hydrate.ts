import type { Database } from '../../db/connection.ts';
import { pullRequestCommitFacts } from '../facts/pull-request-commits.ts';
import type { CommitSource, SourceListing, SourceRepository } from './commit-source.ts';
import { type CommitPlace, FactStore, type UnlistedPullRequest } from './fact-store.ts';

export interface HydratedRepository {
  readonly tenantId: number;
  readonly repositoryId: number;
}

export interface Hydration {
  readonly source: CommitSource;
  /** Called as it goes on: how many commits and pull requests are done, of how many that were known to need it. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Adds to a repository what webhooks lack: parents and line counts of its commits, commits that were too many for
 * their push or that are deployed from no branch, and the commits of its merged pull requests. What the source does not have stays as it is.
 */
export async function hydrateRepository(
  db: Database,
  hydrated: HydratedRepository,
  { source, onProgress = () => {} }: Hydration,
): Promise<void> {
  const store = new FactStore(db, hydrated);
  const repository = { id: hydrated.repositoryId, fullName: await store.findFullName() };
  const total = await store.countUnhydrated();
  let done = 0;
  const report = (count: number) => {
    done += count;
    onProgress(done, Math.max(done, total));
  };
  await hydrateCommits(store, { repository, source, report });
  await hydrateGaps(store, { repository, source, report });
  await hydratePullRequests(store, { repository, source, report });
}

interface Work {
  readonly repository: SourceRepository;
  readonly source: CommitSource;
  readonly report: (count: number) => void;
}

async function hydrateCommits(store: FactStore, { repository, source, report }: Work): Promise<void> {
  let after: CommitPlace | undefined;
  for (;;) {
    const page = await store.listUndetailed(after);
    after = page.at(-1);
    if (after === undefined) return;
    const shas = page.map(({ sha }) => sha);
    for await (const commits of source.commitDetails({ repository, shas })) {
      await store.record(commits);
      report(commits.length);
    }
  }
}

/** Follows the parents that no push has shown, and deployed commits, until what is known, or until the source has no more. */
async function hydrateGaps(store: FactStore, { repository, source, report }: Work): Promise<void> {
  const asked = new Set<string>();
  for (;;) {
    const missing = [...(await store.listMissingParents()), ...(await store.listMissingDeployed())];
    const from = missing.filter((sha) => !asked.has(sha));
    if (from.length === 0) return;
    for (const sha of from) asked.add(sha);
    for await (const commits of source.history({ repository, from })) {
      const fresh = await store.listUnknown(commits.map(({ sha }) => sha));
      if (fresh.size === 0) break;
      await store.record(commits.filter(({ sha }) => fresh.has(sha)));
      report(fresh.size);
    }
  }
}

async function hydratePullRequests(store: FactStore, { repository, source, report }: Work): Promise<void> {
  let after = 0;
  for (;;) {
    const pulls = await store.listUnlisted(after);
    const last = pulls.at(-1);
    if (last === undefined) return;
    for await (const listings of source.pullRequestCommits({ repository, pulls })) {
      await recordListings(store, { repositoryId: repository.id, pulls, listings });
      report(listings.length);
    }
    after = last.number;
  }
}

interface Listed {
  readonly repositoryId: number;
  readonly pulls: readonly UnlistedPullRequest[];
  readonly listings: readonly SourceListing[];
}

/** Lists the commits of merged pull requests; after the merge they are what they are. */
export async function recordListings(store: FactStore, { repositoryId, pulls, listings }: Listed): Promise<void> {
  const mergedAt = new Map(pulls.map(({ number, merged_at }) => [number, merged_at.toISOString()]));
  await store.record(listings.flatMap(({ commits = [] }) => commits));
  await store.apply(
    listings.map(({ number, shas }) =>
      pullRequestCommitFacts({ repository_id: repositoryId, number, shas, at: mergedAt.get(number) ?? '' }),
    ),
  );
}
