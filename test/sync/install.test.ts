import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createTestDatabase } from '../support/database.ts';
import { startStandIn } from '../support/github/stand-in.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';
import { readRows, type Rows } from '../support/rows.ts';
import { killableServer } from '../support/server-process.ts';
import { sendWebhook } from '../support/server.ts';

const TOKEN = 'operator-token-of-the-tests';
const directory = await mkdtemp(join(tmpdir(), 'shiplog-sync-'));
afterAll(() => rm(directory, { recursive: true }));
const standIn = await startStandIn();
afterAll(() => standIn.stop());
const organization = sampleOrg(standIn.truth, 1, { repositories: 2, people: 8, commits: 150, pulls: 20, issues: 12 });
const installation = standIn.truth.install(organization, { at: '2026-03-01T00:00:00Z' });

async function startShiplog() {
  const { db, url } = await createTestDatabase();
  const server = await killableServer({
    ...standIn.environment,
    DATABASE_URL: url,
    SHIPLOG_DATA_DIR: directory,
    SHIPLOG_OPERATOR_TOKEN: TOKEN,
    LOG_LEVEL: 'silent',
  });
  onTestFinished(() => server.kill());
  return { db, server };
}

const progress = z.looseObject({
  state: z.string(),
  done: z.number(),
  total: z.number().nullable(),
  syncs: z.array(z.looseObject({ state: z.string(), reason: z.string(), error: z.string().nullable() })),
});

async function untilSynced(url: string) {
  for (;;) {
    const response = await fetch(`${url}/api/v1/orgs/acme/sync`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const state = response.ok ? progress.parse(await response.json()) : undefined;
    if (state && state.syncs.length > 0 && state.syncs.every((sync) => sync.state !== 'running')) return state;
    await sleep(100);
  }
}

/** Nothing but the event, which lists no repositories. */
function sendCreated(url: string) {
  const { id, createdAt: created_at, updatedAt: updated_at } = installation;
  const account = { id: organization.id, login: organization.login, type: 'Organization' };
  const about = { id, app_id: standIn.appId, account, repository_selection: 'all', created_at, updated_at };
  const sender = { id: 1, login: 'ann', type: 'User' };
  const body = JSON.stringify({ action: 'created', installation: about, sender });
  return sendWebhook(url, { event: 'installation', body, secret: standIn.webhookSecret });
}

/** Of the tables of work: what they say, without when it was seen. */
function workOf(rows: Rows): Rows {
  const tables = [
    'repositories',
    'branches',
    'commits',
    'pull_requests',
    'reviews',
    'issues',
    'releases',
    'deployments',
  ];
  const sighting = /_rank$|^(named|observed|installed|detailed|counted|linked)_at$/;
  const text = JSON.stringify(
    tables.map((table) => [table, rows[table]]),
    (key: string, value: unknown) => (sighting.test(key) ? undefined : value),
  );
  return Object.fromEntries(JSON.parse(text));
}

describe('an installation', () => {
  it('has its history read by itself, and the same when the process is killed again and again', async () => {
    const whole = await startShiplog();
    await sendCreated(whole.server.url);
    const state = await untilSynced(whole.server.url);
    expect(state).toMatchObject({ state: 'idle', syncs: [{ reason: 'installation', state: 'done', error: null }] });
    expect(state.total).toBe(state.done);
    await whole.server.kill();
    const rows = workOf(await readRows(whole.db, organization.id));
    const count = (of: (repository: (typeof organization.repositories)[number]) => number) =>
      organization.repositories.reduce((sum, repository) => sum + of(repository), 0);
    expect(rows['repositories']).toHaveLength(2);
    expect(rows['pull_requests']).toHaveLength(count(({ pulls }) => pulls.length));
    expect(rows['issues']).toHaveLength(count(({ issues }) => issues.length));
    expect(rows['releases']).toHaveLength(count(({ releases }) => releases.length));
    expect(rows['deployments']).toHaveLength(count(({ deployments }) => deployments.length));

    const killed = await startShiplog();
    const before = standIn.requests.length;
    await sendCreated(killed.server.url);
    for (const requests of [6, 15]) {
      while (standIn.requests.length < before + requests) await sleep(5);
      await killed.server.restart();
      // As if half a minute had passed: the one that was killed has lost its turn.
      await sql`update sync_turns set leased_until = now() - interval '1 second'`.execute(killed.db);
    }
    await untilSynced(killed.server.url);
    await killed.server.kill();
    expect(workOf(await readRows(killed.db, organization.id))).toEqual(rows);
    expect(standIn.violations).toEqual([]);
    expect(standIn.checked).toBeGreaterThan(0);
  }, 180_000);
});
