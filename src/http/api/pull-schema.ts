import { z } from '@hono/zod-openapi';
import { iso, timestamp } from './parameters.ts';
import { accountOf, accountSchema } from './person.ts';
import type { PullRow } from './pull-rows.ts';

export const pullState = z.enum(['open', 'closed', 'merged']);

const lines = z.int().nullable().openapi({ description: 'Null until known.' });
const stage = z
  .number()
  .nullable()
  .openapi({ description: 'Seconds; null where an end of the stage is not known, or has not come.' });

const example = {
  id: 1296269,
  repository: 'acme/shop',
  number: 1347,
  title: 'Count each basket once',
  state: 'merged',
  draft: false,
  author: { login: 'ann', id: 583231, type: 'User' },
  head_ref: 'fix-basket',
  base_ref: 'main',
  merge_commit_sha: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
  created_at: '2026-03-01T12:30:00.000Z',
  ready_at: '2026-03-01T12:30:00.000Z',
  first_commit_at: '2026-03-01T09:02:11.000Z',
  first_review_at: '2026-03-01T15:10:42.000Z',
  merged_at: '2026-03-02T08:00:00.000Z',
  closed_at: '2026-03-02T08:00:00.000Z',
  deployed_at: null,
  additions: 12,
  deletions: 3,
  changed_files: 2,
  labels: ['bug'],
  coding_s: null,
  pickup_s: null,
  review_s: null,
  merge_s: null,
  deploy_s: null,
  cycle_s: null,
};

export const pullSchema = z
  .object({
    id: z.int().nullable(),
    repository: z.string(),
    number: z.int(),
    title: z.string(),
    state: pullState,
    draft: z.boolean(),
    author: accountSchema.nullable().openapi({ description: 'Null when the account is deleted.' }),
    head_ref: z.string(),
    base_ref: z.string(),
    merge_commit_sha: z.string().nullable(),
    created_at: timestamp,
    ready_at: timestamp.nullable().openapi({ description: 'Null for a draft, or when not known.' }),
    first_commit_at: timestamp.nullable().openapi({
      description: 'Earliest authored time of its commits; null while one of them is not known.',
    }),
    first_review_at: timestamp.nullable().openapi({
      description:
        'First review or review comment by a person other than its author, as `pr-pickup` counts it: not by who is set to be a bot. Null when there is none.',
    }),
    merged_at: timestamp.nullable(),
    closed_at: timestamp.nullable(),
    deployed_at: timestamp.nullable().openapi({ description: 'First production deployment; null: none is known.' }),
    additions: lines,
    deletions: lines,
    changed_files: lines,
    labels: z.array(z.string()),
    coding_s: stage,
    pickup_s: stage,
    review_s: stage,
    merge_s: stage,
    deploy_s: stage,
    cycle_s: stage,
  })
  .openapi('PullRequest', { example });

export function presentPull(row: PullRow): z.infer<typeof pullSchema> {
  return {
    id: row.pull_request_id,
    repository: row.repository,
    number: row.number,
    title: row.title,
    state: row.state,
    draft: row.draft,
    author: accountOf(row),
    head_ref: row.head_ref,
    base_ref: row.base_ref,
    merge_commit_sha: row.merge_commit_sha,
    created_at: iso(row.created_at),
    ready_at: iso(row.ready_at),
    first_commit_at: iso(row.first_commit_at),
    first_review_at: iso(row.first_review_at),
    merged_at: iso(row.merged_at),
    closed_at: iso(row.closed_at),
    deployed_at: iso(row.stages?.deployed_at ?? null),
    additions: row.additions,
    deletions: row.deletions,
    changed_files: row.changed_files,
    labels: row.labels,
    coding_s: row.stages?.coding_s ?? null,
    pickup_s: row.stages?.pickup_s ?? null,
    review_s: row.stages?.review_s ?? null,
    merge_s: row.stages?.merge_s ?? null,
    deploy_s: row.stages?.deploy_s ?? null,
    cycle_s: row.stages?.cycle_s ?? null,
  };
}
