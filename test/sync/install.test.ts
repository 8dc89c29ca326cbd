import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readRows } from '../support/rows.ts';
import { sendWebhook, startTestServer } from '../support/server.ts';
import { startStandIn } from '../support/github/stand-in.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';

const directory = await mkdtemp(join(tmpdir(), 'shiplog-sync-'));
afterAll(() => rm(directory, { recursive: true }));
const standIn = await startStandIn();
afterAll(() => standIn.stop());
const organization = sampleOrg(standIn.truth, 1, { repositories: 3, people: 8, commits: 150, pulls: 20, issues: 12 });
const installation = standIn.truth.install(organization, { at: '2026-03-01T00:00:00Z' });
const server = await startTestServer({
  ...standIn.environment,
  SHIPLOG_ROLE: 'all',
  SHIPLOG_DATA_DIR: directory,
});

const progress = z.looseObject({
  state: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  syncs: z.array(z.looseObject({ state: z.string(), reason: z.string(), error: z.string().nullable() })),
});

async function getProgress() {
  const headers = { authorization: 'Bearer operator-token-of-the-tests' };
  const response = await fetch(`${server.baseUrl}/api/v1/orgs/acme/sync`, { headers });
  const body: unknown = await response.json();
  return response.ok ? progress.parse(body) : undefined;
}

async function untilSynced() {
  for (;;) {
    const state = await getProgress();
    if (state && state.syncs.length > 0 && state.syncs.every((sync) => sync.state !== 'running')) return state;
    await sleep(50);
  }
}

describe('an installation', () => {
  it('has its history read by itself, with nothing but its event', async () => {
    const body = JSON.stringify({
      action: 'created',
      installation: {
        id: installation.id,
        app_id: standIn.appId,
        account: { id: organization.id, login: organization.login, type: 'Organization' },
        repository_selection: 'all',
        created_at: installation.createdAt,
        updated_at: installation.updatedAt,
      },
      sender: { id: 1, login: 'ann', type: 'User' },
    });
    await sendWebhook(server.baseUrl, { event: 'installation', body, secret: standIn.webhookSecret });
    const state = await untilSynced();
    expect(state).toMatchObject({ state: 'idle', syncs: [{ reason: 'installation', state: 'done', error: null }] });
    expect(state.total).toBe(state.done);

    const rows = await readRows(server.db, organization.id);
    const count = (of: (repository: (typeof organization.repositories)[number]) => number) =>
      organization.repositories.reduce((sum, repository) => sum + of(repository), 0);
    expect(rows['repositories']).toHaveLength(3);
    expect(rows['pull_requests']).toHaveLength(count(({ pulls }) => pulls.length));
    expect(rows['issues']).toHaveLength(count(({ issues }) => issues.length));
    expect(rows['releases']).toHaveLength(count(({ releases }) => releases.length));
    expect(rows['deployments']).toHaveLength(count(({ deployments }) => deployments.length));
    const onDefaultBranch = count((r) => r.history(r.branches.get(r.defaultBranch) ?? '').length);
    expect(rows['commits']?.length).toBeGreaterThanOrEqual(onDefaultBranch);
    expect(standIn.violations).toEqual([]);
    expect(standIn.checked).toBeGreaterThan(0);
  }, 120_000);
});
