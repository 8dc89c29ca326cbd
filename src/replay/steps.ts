import { readLog } from '../sync/git-log.ts';
import { type PullRequestSize } from './pull-request-payloads.ts';
import { PushCommits } from './push-commits.ts';
import { type PushedCommit, pushedCommit } from './push-payload.ts';
import type { Story } from './story.ts';

export interface Step {
  readonly step: number;
  /** What a push shows of what it brings in, oldest first. */
  readonly commits: readonly PushedCommit[];
  /** The branch's own commit. */
  readonly head: PushedCommit;
}

/** The steps of the history with their commits, oldest first. */
export async function* readSteps({ clone, history, repository }: Story): AsyncGenerator<Step> {
  if (history.commits === 0) return;
  const commits = new PushCommits(repository);
  let step = 0;
  let open = history.steps[0]?.size ?? 0;
  for await (const commit of readLog({ path: clone.path, shas: history.shas(), counts: false })) {
    commits.add(commit);
    open -= 1;
    if (open > 0) continue;
    yield { step, commits: commits.take(), head: pushedCommit(commit, repository) };
    step += 1;
    open = history.steps[step]?.size ?? 0;
  }
}

/** The sizes of the pull requests, in the order of their merges; null where the clone can not tell. */
export async function* readSizes({ clone, pulls }: Story): AsyncGenerator<PullRequestSize | null> {
  if (pulls.length === 0) return;
  const shas = pulls.map(({ mergeCommitSha }) => mergeCommitSha);
  for await (const commit of readLog({ path: clone.path, shas, counts: clone.hasContents })) {
    const { sha, additions, deletions, changed_files } = commit;
    const known = additions !== null && deletions !== null && changed_files !== null && !clone.boundary.has(sha);
    yield known ? { additions, deletions, changed_files } : null;
  }
}
