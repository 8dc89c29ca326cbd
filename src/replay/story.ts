import type { GitClone } from '../sync/git-clone.ts';
import { type GitHistory, readHistory } from '../sync/git-history.ts';
import type { ReplayedRepository } from './identity.ts';
import { type PullRequestAtStep, readMergedPullRequests } from './merged-pull-requests.ts';
import { readTags, type Tag } from './tags.ts';

/** What a clone has to tell: small enough to be held, so that messages and diffs are read only as they are sent. */
export interface Story {
  readonly repository: ReplayedRepository;
  readonly clone: GitClone;
  readonly history: GitHistory;
  /** In the order of their merges. */
  readonly pulls: readonly PullRequestAtStep[];
  readonly tags: readonly Tag[];
  /** The tagged commits that the default branch has. */
  readonly taggedOnBranch: ReadonlySet<string>;
  /** Names of tags that lead to no commit. */
  readonly otherTags: readonly string[];
}

export async function readStory(clone: GitClone, repository: ReplayedRepository): Promise<Story> {
  const history = await readHistory(clone.path, clone.tip);
  const pulls = await readMergedPullRequests(clone, history);
  const { tags, without } = await readTags(clone);
  const tagged = new Set(tags.map(({ commit }) => commit.sha));
  const taggedOnBranch = new Set(tagged.size > 0 ? history.shas().filter((sha) => tagged.has(sha)) : []);
  return { repository, clone, history, pulls, tags, taggedOnBranch, otherTags: without };
}

/** When each step was pushed, in seconds since 1970: when it was committed, and always after the step before. */
export function pushTimes({ steps }: GitHistory): Float64Array {
  const times = new Float64Array(steps.length);
  for (const [step, { committed }] of steps.entries()) {
    times[step] = Math.max(committed, step === 0 ? 0 : (times[step - 1] ?? 0) + 1);
  }
  return times;
}
