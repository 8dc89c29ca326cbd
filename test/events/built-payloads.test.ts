import { schemas } from '@octokit/openapi-webhooks';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import {
  deploymentPayload,
  deploymentStatusPayload,
  releasePayload,
  workflowRunPayload,
} from '../support/delivery-payloads.ts';
import {
  installationPayload,
  installationRepositoriesPayload,
  pushPayload,
  T0,
  ZERO_SHA,
} from '../support/payloads.ts';
import {
  issueCommentPayload,
  issuePayload,
  pullRequestPayload,
  reviewCommentPayload,
  reviewPayload,
} from '../support/work-payloads.ts';

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(schemas['api.github.com'], 'github');

describe('the payloads that tests build', () => {
  it.each([
    ['push', pushPayload()],
    ['push', pushPayload({ after: ZERO_SHA, commits: [] })],
    ['installation-created', installationPayload()],
    ['installation-suspend', installationPayload({ action: 'suspend', suspendedAt: T0 })],
    ['installation-repositories-added', installationRepositoriesPayload({ added: [{}] })],
    ['installation-repositories-removed', installationRepositoriesPayload({ removed: [{}] })],
    ['pull-request-opened', pullRequestPayload()],
    ['pull-request-closed', pullRequestPayload({ action: 'closed', pull: { mergedAt: T0, labels: ['bug'] } })],
    ['pull-request-review-submitted', reviewPayload()],
    ['pull-request-review-dismissed', reviewPayload({ action: 'dismissed' })],
    ['pull-request-review-comment-created', reviewCommentPayload()],
    ['issues-opened', issuePayload()],
    ['issues-closed', issuePayload({ action: 'closed', issue: { closedAt: T0, labels: ['incident'] } })],
    ['issue-comment-created', issueCommentPayload()],
    ['issue-comment-deleted', issueCommentPayload({ action: 'deleted', onPullRequest: true })],
    ['release-published', releasePayload()],
    ['deployment-created', deploymentPayload()],
    ['deployment-status-created', deploymentStatusPayload()],
    ['workflow-run-completed', workflowRunPayload()],
    ['workflow-run-requested', workflowRunPayload({ action: 'requested' })],
  ])('are what GitHub describes: %s', (schema, payload) => {
    const validate = ajv.compile({ $ref: `github#/components/schemas/webhook-${schema}` });
    validate(payload);
    expect(validate.errors ?? []).toEqual([]);
  });
});
