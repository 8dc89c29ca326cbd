import type { GitClone } from '../sync/git-clone.ts';
import type { GitHistory } from '../sync/git-history.ts';
import { readLog } from '../sync/git-log.ts';
import { parseMergeMessage } from './pull-request-message.ts';
import { type ReplayedPullRequest } from './pull-request-payloads.ts';
import { NO_SHA } from './push-payload.ts';

export interface PullRequestAtStep extends ReplayedPullRequest {
  /** The step of the history that merged it. */
  readonly step: number;
}

/**
 * The pull requests that the default branch tells of, in the order of their merges. Only commits on the first-parent
 * line count, and each number once, at its first merge: later ones are backports, reverts and the like.
 */
export async function readMergedPullRequests(clone: GitClone, history: GitHistory): Promise<PullRequestAtStep[]> {
  if (clone.tip === undefined) return [];
  const pulls = new Map<number, PullRequestAtStep>();
  const revisions = ['--first-parent', '--reverse', clone.tip];
  let step = -1;
  for await (const { sha, parents, message, author } of readLog({ path: clone.path, revisions, counts: false })) {
    step += 1;
    const pull = parseMergeMessage(message);
    if (!pull || pulls.has(pull.number)) continue;
    const { size, authored, committed } = history.steps[step] ?? { size: 1, authored: 0, committed: 0 };
    pulls.set(pull.number, {
      ...pull,
      step,
      mergeCommitSha: sha,
      headSha: parents[1] ?? sha,
      // A merge is by whoever merged it; the commit of a squash is by whoever opened the pull request.
      bot: parents.length < 2 && isBotName(author.name) ? author.name : null,
      baseSha: parents[0] ?? NO_SHA,
      commits: Math.max(size - 1, 1),
      createdAt: Math.min(authored, committed),
      mergedAt: committed,
    });
  }
  return [...pulls.values()];
}

function isBotName(name: string): boolean {
  return name.endsWith('[bot]');
}
