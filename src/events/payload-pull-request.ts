import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { PullRequestFact } from '../facts/pull-requests.ts';
import { sortedLabels, labels } from './payload-labels.ts';
import { author } from './payload-user.ts';
import { count, id, name, number, sha, text, timestamp } from './payload-values.ts';

const LONGEST_BODY = 65_536;
const ref = z.object({ ref: name, sha });
/** Without a repository where that is deleted. */
const head = ref.extend({ repo: z.object({ id }).nullish() });

/** A pull request in any event; its size and who merged it only in its own. */
export const pullRequest = z.object({
  id,
  number,
  title: text(),
  body: text(LONGEST_BODY).nullish(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().optional(),
  user: author,
  head,
  base: ref,
  merge_commit_sha: sha.nullish(),
  labels,
  requested_reviewers: z.array(z.object({ login: name })).optional(),
  requested_teams: z.array(z.object({ slug: name })).optional(),
  created_at: timestamp,
  updated_at: timestamp,
  merged_at: timestamp.nullish(),
  closed_at: timestamp.nullish(),
  additions: count.optional(),
  deletions: count.optional(),
  changed_files: count.optional(),
  merged_by: author,
});
export type PayloadPullRequest = z.output<typeof pullRequest>;

/** A second has room for several changes: what got further is taken as the later, and reopened as after closed. */
const rank = { open: 1, closed: 2, reopened: 3, merged: 4 } as const;

/** Of one without `draft`, as some events about comments have it, nothing: what is known stays. */
export function pullRequestFacts(repository_id: number, pull: PayloadPullRequest, action?: string): Facts {
  const { number, draft } = pull;
  if (draft === undefined) return {};
  const state = stateOf(pull);
  const sighting = { at: pull.updated_at, rank: rank[action === 'reopened' ? action : state] };
  const observed = { ...sighting, state, draft, fork: isFromFork(repository_id, pull), ...detailsOf(pull) };
  const others = { ...sizeOf(pull, sighting), ...requestsOf(pull, sighting) };
  return { pull_requests: [{ repository_id, number, observed, ...others }] };
}

function stateOf({ merged_at, state }: PayloadPullRequest): 'open' | 'closed' | 'merged' {
  return merged_at ? 'merged' : state;
}

/** @returns null when its branch is in a repository that is deleted */
function isFromFork(repository_id: number, { head: { repo } }: PayloadPullRequest): boolean | null {
  return repo ? repo.id !== repository_id : null;
}

function detailsOf(pull: PayloadPullRequest) {
  return {
    pull_request_id: pull.id,
    title: pull.title,
    // GraphQL says '' where webhooks say null.
    body: pull.body || null,
    author_id: pull.user?.id ?? null,
    head_ref: pull.head.ref,
    head_sha: pull.head.sha,
    base_ref: pull.base.ref,
    base_sha: pull.base.sha,
    // Before the merge it names GitHub's test merge, which comes and goes without a change of `updated_at`.
    merge_commit_sha: pull.merged_at ? (pull.merge_commit_sha ?? null) : null,
    labels: sortedLabels(pull.labels),
    created_at: pull.created_at,
    merged_at: pull.merged_at ?? null,
    closed_at: pull.closed_at ?? null,
  };
}

function requestsOf(
  { requested_reviewers, requested_teams }: PayloadPullRequest,
  sighting: { at: string; rank: number },
): Pick<PullRequestFact, 'requested'> {
  if (!requested_reviewers || !requested_teams) return {};
  return {
    requested: {
      ...sighting,
      requested_reviewers: requested_reviewers.map(({ login }) => login).toSorted(),
      requested_teams: requested_teams.map(({ slug }) => slug).toSorted(),
    },
  };
}

function sizeOf(
  { additions, deletions, changed_files, merged_by }: PayloadPullRequest,
  sighting: { at: string; rank: number },
): Pick<PullRequestFact, 'sized'> {
  if (additions === undefined || deletions === undefined || changed_files === undefined) return {};
  return { sized: { ...sighting, additions, deletions, changed_files, merged_by_id: merged_by?.id ?? null } };
}
