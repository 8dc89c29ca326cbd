import fc from 'fast-check';
import type { WebhookEvent } from '../../src/events/event.ts';
import { deploymentPayload, deploymentStatusPayload, releasePayload, workflowRunPayload } from './delivery-payloads.ts';
import {
  type Account,
  ALICE,
  BOB,
  commitPayload,
  installationPayload,
  pushPayload,
  RENOVATE,
  sha,
  ZERO_SHA,
} from './payloads.ts';
import {
  issueCommentPayload,
  issuePayload,
  pullRequestPayload,
  reviewCommentPayload,
  reviewPayload,
} from './work-payloads.ts';

const time = fc.integer({ min: 0, max: 4 }).map((second) => `2026-03-01T00:00:0${second}Z`);
const account: fc.Arbitrary<Account> = fc.constantFrom(ALICE, BOB, RENOVATE, { ...ALICE, login: 'alice-renamed' });
const number = fc.constantFrom(1, 2);
const repository = fc.constantFrom(
  { id: 9_000, name: 'rocket' },
  { id: 9_000, name: 'renamed' },
  { id: 9_001, name: 'pad' },
);
/** Some people GitHub knows by an account that is seen elsewhere, some by login alone, some not at all. */
const author = fc.record(
  {
    name: fc.constantFrom('Alice', 'Ann', 'helper[bot]'),
    email: fc.constantFrom('alice@acme.example', 'a@b.example', 'c@d.example'),
    username: fc.constantFrom('alice', 'xx', 'yy'),
  },
  { requiredKeys: ['name', 'email'] },
);
const commit = fc
  .record({ name: fc.constantFrom('a', 'b', 'c', 'd'), author, timestamp: time })
  .map(({ name, ...options }) =>
    commitPayload({ id: sha(name), message: `Do ${name}\n\nCo-authored-by: Bob <bob@acme.example>`, ...options }),
  );

const push = fc
  .record({
    repository,
    sender: account,
    pushedAt: time,
    commits: fc.array(commit, { maxLength: 3 }),
    deleted: fc.boolean(),
  })
  .map(
    ({ deleted, ...options }) =>
      ['push', pushPayload({ ...options, ...(deleted && { after: ZERO_SHA, commits: [] }) })] as const,
  );

const pullRequest = fc
  .record({
    repository,
    sender: account,
    action: fc.constantFrom('opened', 'edited', 'ready_for_review', 'converted_to_draft', 'closed', 'reopened'),
    pull: fc.record({
      number,
      author: account,
      title: fc.constantFrom('x', 'y'),
      draft: fc.boolean(),
      updatedAt: time,
    }),
    mergedAt: fc.option(time, { nil: null }),
  })
  .map(({ pull, mergedAt, ...options }) => {
    const closing = options.action === 'closed' ? { mergedAt, closedAt: mergedAt ?? pull.updatedAt } : {};
    return ['pull_request', pullRequestPayload({ ...options, pull: { ...pull, ...closing } })] as const;
  });

const others = fc
  .record({ repository, sender: account, at: time, number })
  .chain(({ repository: of, sender, at, number: n }) => {
    const event = { repository: of, sender };
    return fc.constantFrom(
      ['issues', issuePayload({ ...event, issue: { number: n, updatedAt: at } })] as const,
      ['issues', issuePayload({ ...event, action: 'deleted', issue: { number: n, updatedAt: at } })] as const,
      ['issue_comment', issueCommentPayload(event)] as const,
      ['pull_request_review', reviewPayload(event)] as const,
      ['pull_request_review', reviewPayload({ ...event, action: 'dismissed' })] as const,
      ['pull_request_review_comment', reviewCommentPayload(event)] as const,
      ['release', releasePayload(event)] as const,
      ['release', releasePayload({ ...event, action: 'deleted' })] as const,
      ['deployment', deploymentPayload(event)] as const,
      ['deployment_status', deploymentStatusPayload(event)] as const,
      ['workflow_run', workflowRunPayload(event)] as const,
      ['installation', installationPayload({ sender, updatedAt: at })] as const,
      ['installation', installationPayload({ sender, action: 'suspend', updatedAt: at, suspendedAt: at })] as const,
      ['installation', installationPayload({ sender, action: 'deleted', updatedAt: at })] as const,
    );
  });

/** Events of one organization, about few things and at few times, so that they contradict each other. */
export const arbitraryEvent: fc.Arbitrary<WebhookEvent> = fc
  .tuple(fc.oneof(push, pullRequest, others), fc.integer({ min: 0, max: 9 }))
  .map(([[name, payload], second]) => ({
    name,
    payload,
    receivedAt: `2026-03-01T00:01:0${second}.000Z`,
    appId: null,
  }));
