import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { NotFoundError } from '../../../src/errors.ts';
import { deployments } from '../../../src/sync/entities/deployments.ts';
import { releases } from '../../../src/sync/entities/releases.ts';
import { repository as repositoryEntity } from '../../../src/sync/entities/repository.ts';
import { reviewComments } from '../../../src/sync/entities/review-comments.ts';
import { createWorkflowRuns } from '../../../src/sync/entities/workflow-runs.ts';
import { answeringInstallation, firstPage } from '../../support/answering-installation.ts';
import { createTestDatabase } from '../../support/database.ts';
import {
  deploymentPayload,
  deploymentStatusPayload,
  releasePayload,
  workflowRunPayload,
} from '../../support/delivery-payloads.ts';
import { objectOf } from '../../support/example-payloads.ts';
import { nodeId } from '../../support/github/node-id.ts';
import { actorNode, connectionNode } from '../../support/graphql-nodes.ts';
import { ALICE, pushPayload, RENOVATE, repositoryPayload } from '../../support/payloads.ts';
import { expectSameRows } from '../../support/two-ways.ts';
import { reviewCommentPayload } from '../../support/work-payloads.ts';

const { db } = await createTestDatabase();

// REST answers with the very objects that webhooks carry.
function answering(rest: Readonly<Record<string, unknown>>) {
  return answeringInstallation({
    rest: Object.fromEntries(Object.entries(rest).map(([route, answer]) => [route, () => answer])),
  });
}

describe('what REST lists', () => {
  it('is the repository as its events know it', async () => {
    const { client } = answering({ 'GET /repos/{owner}/{repo}': repositoryPayload({ language: null }) });
    const { facts } = await repositoryEntity.readPage(firstPage(client));
    const rows = await expectSameRows(db, {
      webhooks: [['push', pushPayload({ repository: { language: null } })]],
      pages: facts,
      tables: ['repositories'],
    });
    expect(rows['repositories']).toMatchObject([{ full_name: 'acme/rocket', default_branch: 'main' }]);
  });

  it('is not another repository that has the name by now', async () => {
    const { client } = answering({ 'GET /repos/{owner}/{repo}': repositoryPayload({ id: 1 }) });
    await expect(repositoryEntity.readPage(firstPage(client))).rejects.toThrow(NotFoundError);
  });

  it('is comments on diffs, of the pull request that their address names', async () => {
    const payload = reviewCommentPayload({ comment: { id: 71_000 } });
    const comment = {
      ...objectOf(payload, 'comment'),
      pull_request_url: 'https://api.github.com/repos/acme/rocket/pulls/1',
    };
    const { client } = answering({ 'GET /repos/{owner}/{repo}/pulls/comments': [comment] });
    const { facts } = await reviewComments.readPage(firstPage(client));
    const rows = await expectSameRows(db, {
      webhooks: [['pull_request_review_comment', payload]],
      pages: facts,
      tables: ['comments'],
    });
    expect(rows['comments']).toMatchObject([{ kind: 'review', number: 1, review_id: 60_000 }]);
  });

  it('is releases, also prereleases, drafts and those of an app', async () => {
    const payloads = [
      releasePayload({ release: { id: 1, prerelease: true, author: RENOVATE } }),
      releasePayload({ action: 'created', release: { id: 2, draft: true, publishedAt: null } }),
    ];
    const { client } = answering({
      'GET /repos/{owner}/{repo}/releases': payloads.map((one) => objectOf(one, 'release')),
    });
    const { facts } = await releases.readPage(firstPage(client));
    const rows = await expectSameRows(db, {
      webhooks: payloads.map((payload) => ['release', payload] as const),
      pages: facts,
      tables: ['releases'],
    });
    expect(rows['releases']).toMatchObject([{ prerelease: true, author_id: RENOVATE.id }, { draft: true }]);
  });

  it.each(['GraphQL', 'REST, where GraphQL can not tell'])(
    'is deployments with every status, from %s',
    async (source) => {
      const deployment = deploymentPayload();
      const repositoryId = Number(objectOf(deployment, 'repository')['id']);
      const { id } = objectOf(deployment, 'deployment');
      const statuses = [
        deploymentStatusPayload({ status: { id: 1, state: 'in_progress' } }),
        deploymentStatusPayload({ status: { id: 2, state: 'success' } }),
      ];
      const nodes = statuses.map((payload) => {
        const status = z.object({ id: z.int(), state: z.string(), environment: z.string(), created_at: z.string() });
        const { created_at, ...one } = status.parse(objectOf(payload, 'deployment_status'));
        const node = { ...one, state: one.state.toUpperCase(), creator: actorNode(ALICE), createdAt: created_at };
        return { ...node, updatedAt: created_at, id: nodeId('DES', repositoryId, one.id) };
      });
      const found = { __typename: 'Deployment', databaseId: id, statuses: connectionNode(nodes) };
      const { client, asked } = answeringInstallation({
        graphql: { DeploymentStatuses: () => ({ nodes: [source === 'GraphQL' ? found : null] }) },
        rest: {
          'GET /repos/{owner}/{repo}/deployments': () => [objectOf(deployment, 'deployment')],
          'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses': () =>
            statuses.map((one) => objectOf(one, 'deployment_status')),
        },
      });
      const { facts } = await deployments.readPage(firstPage(client));
      expect(asked).toHaveLength(source === 'GraphQL' ? 2 : 3);
      const rows = await expectSameRows(db, {
        webhooks: [['deployment', deployment], ...statuses.map((payload) => ['deployment_status', payload] as const)],
        pages: facts,
        tables: ['deployments', 'deployment_statuses'],
      });
      expect(rows['deployment_statuses']).toHaveLength(2);
    },
  );

  it('is workflow runs, where they are deployments', async () => {
    const payload = workflowRunPayload();
    const { client } = answering({
      'GET /repos/{owner}/{repo}/actions/runs': { total_count: 1, workflow_runs: [objectOf(payload, 'workflow_run')] },
    });
    const { facts } = await createWorkflowRuns(() => Promise.resolve(true)).readPage(firstPage(client));
    const rows = await expectSameRows(db, {
      webhooks: [['workflow_run', payload]],
      pages: facts,
      tables: ['workflow_runs'],
    });
    expect(rows['workflow_runs']).toHaveLength(1);
  });

  it('is not asked for workflow runs where they are none', async () => {
    const { client, asked } = answering({});
    const page = await createWorkflowRuns(() => Promise.resolve(false)).readPage(firstPage(client));
    expect(page).toMatchObject({ facts: [], cursor: null, items: 0 });
    expect(asked).toEqual([]);
  });

  it('is read on where it was, also when pages have become smaller', async () => {
    const pages: unknown[] = [];
    const { client } = answeringInstallation({
      rest: {
        'GET /repos/{owner}/{repo}/releases': ({ page, per_page }) => {
          pages.push([page, per_page]);
          const { release } = releasePayload();
          return Array.from({ length: Number(per_page) }, () => release);
        },
      },
    });
    const first = await releases.readPage(firstPage(client));
    expect(first.cursor).toBe('100');
    const second = await releases.readPage({ ...firstPage(client), cursor: first.cursor, pageSize: 50 });
    expect(second.cursor).toBe('150');
    await releases.readPage({ ...firstPage(client), cursor: second.cursor, pageSize: 100 });
    expect(pages).toEqual([
      [1, 100],
      [3, 50],
      [2, 100],
    ]);
  });
});
