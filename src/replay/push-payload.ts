import type { SourceCommit } from '../sync/commit-source.ts';
import type { ReplayedRepository } from './identity.ts';
import { type Place, sender, surroundings } from './place.ts';

export const NO_SHA = '0'.repeat(40);

/** A commit as a push shows it: without parents, and with one time for both dates. */
export function pushedCommit(commit: SourceCommit, { org, name }: ReplayedRepository) {
  return {
    id: commit.sha,
    tree_id: NO_SHA,
    distinct: true,
    message: commit.message.trimEnd().slice(0, LONGEST_MESSAGE),
    timestamp: commit.committed_at.replace('.000Z', 'Z'),
    url: `https://github.com/${org}/${name}/commit/${commit.sha}`,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
    added: [],
    removed: [],
    modified: [],
  };
}
export type PushedCommit = ReturnType<typeof pushedCommit>;
/** The rest is read from the clone itself: one commit must not fill a payload. */
const LONGEST_MESSAGE = 65_536;

export interface Push {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly commits: readonly PushedCommit[];
  readonly headCommit: PushedCommit | null;
  /** In seconds since 1970. */
  readonly pushedAt: number;
}

export function push(place: Place, { ref, before, after, commits, headCommit, pushedAt }: Push) {
  const { repository, ...around } = surroundings(place, pushedAt);
  return {
    ref,
    before,
    after,
    base_ref: null,
    created: before === NO_SHA,
    deleted: false,
    forced: false,
    compare: `${repository.html_url}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: headCommit,
    pusher: { name: sender.login, email: null },
    // Of all payloads, a push alone has these two as numbers.
    repository: { ...repository, created_at: place.createdAt, pushed_at: pushedAt },
    ...around,
  };
}
