import { z } from 'zod';
import type { IssueFact } from '../facts/issues.ts';
import { labels, sortedLabels } from './payload-labels.ts';
import { author } from './payload-user.ts';
import { id, number, text, timestamp } from './payload-values.ts';

const LONGEST_BODY = 65_536;

/** With `pull_request`, it is no issue but GitHub's issue side of a pull request. */
export const issue = z.object({
  id,
  number,
  title: text(),
  body: text(LONGEST_BODY).nullish(),
  state: z.enum(['open', 'closed']),
  state_reason: text().nullish(),
  user: author,
  labels,
  created_at: timestamp,
  updated_at: timestamp,
  closed_at: timestamp.nullish(),
  pull_request: z.looseObject({}).nullish(),
});
export type PayloadIssue = z.output<typeof issue>;

/** Within one second, an issue is first closed and then reopened. */
const rank = { open: 1, closed: 2, reopened: 3 } as const;

interface IssueSighting {
  /** Of the event that carries it, if that is about the issue itself. */
  readonly action?: string | undefined;
  /** When it was deleted or moved to another repository, if it was. */
  readonly deleted_at?: string | undefined;
}

export function issueFact(repository_id: number, issue: PayloadIssue, sighting: IssueSighting = {}): IssueFact {
  const { action, deleted_at } = sighting;
  return {
    repository_id,
    number: issue.number,
    observed: {
      at: issue.updated_at,
      rank: rank[action === 'reopened' ? action : issue.state],
      issue_id: issue.id,
      title: issue.title,
      // GraphQL says '' where webhooks say null.
      body: issue.body || null,
      state: issue.state,
      state_reason: issue.state_reason ?? null,
      author_id: issue.user?.id ?? null,
      labels: sortedLabels(issue.labels),
      created_at: issue.created_at,
      closed_at: issue.closed_at ?? null,
    },
    ...(deleted_at !== undefined && { deleted_at }),
  };
}
