import { availableParallelism } from 'node:os';
import type { CommitSource, SourceCommit } from './commit-source.ts';
import type { GitClone } from './git-clone.ts';
import type { GitHistory } from './git-history.ts';
import { type LogOptions, readLog } from './git-log.ts';
import { mergeStreams } from './merge-streams.ts';

const BATCH = 500;
/** git counts lines on one core. */
const READERS = Math.min(availableParallelism(), 4);
const FEWEST_FOR_A_READER = 200;

/** A local clone as the source of history. It costs no API budget and knows parents and line counts exactly. */
export function createGitCommitSource({ clone, history }: { clone: GitClone; history: GitHistory }): CommitSource {
  const read = (options: Pick<LogOptions, 'shas' | 'revisions'>) =>
    inBatches(exact(readLog({ path: clone.path, counts: clone.hasContents, ...options }), clone));
  return {
    commitDetails: ({ shas }) =>
      mergeStreams(shares(shas).map((share) => read({ revisions: ['--ignore-missing'], shas: share }))),
    history: ({ from }) => read({ revisions: ['--ignore-missing', '--topo-order', ...from] }),
    pullRequestCommits: ({ pulls }) =>
      inBatches(
        (async function* () {
          for (const { number, merge_commit_sha } of pulls) {
            const shas = commitsOf(merge_commit_sha, history);
            if (shas) yield { number, shas };
          }
        })(),
      ),
  };
}

/** Neighbours stay together: git reads them from the same places. */
function shares(shas: readonly string[]): (readonly string[])[] {
  const size = Math.max(Math.ceil(shas.length / READERS), FEWEST_FOR_A_READER);
  return Array.from({ length: Math.ceil(shas.length / size) }, (_, i) => shas.slice(i * size, (i + 1) * size));
}

/** What a merge brought in; a commit that is no merge is all there is of its pull request. */
function commitsOf(mergeCommit: string | null, history: GitHistory): readonly string[] | undefined {
  const step = mergeCommit === null ? undefined : history.findStep(mergeCommit);
  if (step === undefined) return undefined;
  const shas = history.shasOf(step);
  return shas.length > 1 ? shas.slice(0, -1) : shas;
}

/** Where a shallow clone was cut, git takes a commit for the first one, with every line of its files new. */
async function* exact(commits: AsyncIterable<SourceCommit>, { boundary }: GitClone): AsyncGenerator<SourceCommit> {
  for await (const commit of commits) if (!boundary.has(commit.sha)) yield commit;
}

async function* inBatches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
