import { commitsDocument } from '../github/documents/commits.ts';
import { pullRequestCommitsDocument } from '../github/documents/pull-request-commits.ts';
import { pullRequestListsDocument } from '../github/documents/pull-request-lists.ts';
import type { InstallationClient } from '../github/github.ts';
import type { CommitSource, SourceCommit, SourceListing, SourceRepository } from './commit-source.ts';
import { readHistory } from './entities/api-history.ts';
import { sameRepository } from './entities/named-repository.ts';
import { detailedSourceCommit, sourceCommit } from './entities/source-commit.ts';

const COMMITS = 100;
/** Each may bring a hundred commits. */
const PULLS = 25;

/** GitHub's API as the source of history: a request, and a point, for a hundred commits. */
export function createGitHubCommitSource(github: InstallationClient): CommitSource {
  return {
    async *commitDetails({ repository, shas }) {
      for (const some of chunksOf(shas, COMMITS)) yield await readCommits(github, { repository, shas: some });
    },
    async *history({ repository, from }) {
      for (const head of from) yield* readAncestors(github, { repository, head });
    },
    async *pullRequestCommits({ repository, pulls }) {
      const numbers = pulls.map(({ number }) => number);
      for (const some of chunksOf(numbers, PULLS)) yield await readListings(github, { repository, numbers: some });
    },
  };
}

async function readCommits(
  github: InstallationClient,
  { repository, shas }: { repository: SourceRepository; shas: readonly string[] },
): Promise<readonly SourceCommit[]> {
  const oids = Object.fromEntries(shas.map((sha, index) => [`oid${index}`, sha]));
  const data = await github.graphql(commitsDocument(shas.length), { ...nameOf(repository), ...oids });
  const found = sameRepository(data.repository, repository);
  return shas.flatMap((_, index) => {
    const commit = found[`commit${index}`];
    return commit ? [detailedSourceCommit(commit)] : [];
  });
}

async function* readAncestors(
  github: InstallationClient,
  { repository, head }: { repository: SourceRepository; head: string },
): AsyncGenerator<readonly SourceCommit[]> {
  const request = { github, repository: { id: repository.id, ...nameOf(repository) }, pageSize: COMMITS };
  for (let after: string | null = null, ended = false; !ended; ended = after === null) {
    const page = await readHistory(request, { head, after });
    if (!page) return;
    yield page.commits;
    ({ after } = page);
  }
}

async function readListings(
  github: InstallationClient,
  { repository, numbers }: { repository: SourceRepository; numbers: readonly number[] },
): Promise<SourceListing[]> {
  const variables = Object.fromEntries(numbers.map((number, index) => [`number${index}`, number]));
  const data = await github.graphql(pullRequestCommitsDocument(numbers.length), {
    ...nameOf(repository),
    ...variables,
  });
  const found = sameRepository(data.repository, repository);
  const listings: SourceListing[] = [];
  for (const [index, number] of numbers.entries()) {
    const pull = found[`pull${index}`];
    if (!pull) continue;
    const nodes = [...pull.commits.nodes];
    let { pageInfo } = pull.commits;
    while (pageInfo.hasNextPage) {
      const more = await readMore(github, { repository, number, after: pageInfo.endCursor ?? null });
      if (!more) break;
      nodes.push(...more.nodes);
      ({ pageInfo } = more);
    }
    const commits = nodes.map(({ commit }) => sourceCommit(commit));
    listings.push({ number, shas: commits.map(({ sha }) => sha), commits });
  }
  return listings;
}

async function readMore(
  github: InstallationClient,
  { repository, number, after }: { repository: SourceRepository; number: number; after: string | null },
) {
  const data = await github.graphql(pullRequestListsDocument, {
    ...nameOf(repository),
    number,
    withCommits: true,
    commitsAfter: after,
    withReviews: false,
    reviewsAfter: null,
    withComments: false,
    commentsAfter: null,
  });
  return sameRepository(data.repository, repository).pullRequest?.commits;
}

function nameOf({ fullName }: SourceRepository): { owner: string; name: string } {
  const [owner = '', name = ''] = fullName.split('/');
  return { owner, name };
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
