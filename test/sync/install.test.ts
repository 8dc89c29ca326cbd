import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../db/connection.ts';
import { createTestDatabase } from '../support/database.ts';
import type { Organization } from '../support/github/truth/organization.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';
import { type StandIn, startStandIn } from '../support/github/stand-in.ts';
import { type StoredRows, storedRows } from '../support/github/stored-rows.ts';
import { type TrueRows, trueRows } from '../support/github/true-rows.ts';
import { installationPayload } from '../support/payloads.ts';
import { killableServer } from '../support/server-process.ts';
import { sendWebhook } from '../support/server.ts';

const INSTALLED_AT = '2026-03-01T00:00:00Z';
const MOST_REQUESTS = 160;
const MOST_POINTS = 320;
const TOKEN = 'operator-token-of-the-tests';

/** Twelve repositories, three nested teams, 25 people, two years. */
async function startInstalled() {
  const standIn = await startStandIn();
  onTestFinished(() => standIn.stop());
  const organization = sampleOrg(standIn.truth, 1);
  const installation = standIn.truth.install(organization, { at: INSTALLED_AT });
  const { db, url } = await createTestDatabase();
  const server = await killableServer({
    ...standIn.environment,
    DATABASE_URL: url,
    SHIPLOG_OPERATOR_TOKEN: TOKEN,
    LOG_LEVEL: 'silent',
  });
  onTestFinished(() => server.kill());
  const { id, login } = organization;
  const owner = [...organization.members.keys()][0];
  if (!owner) throw new Error('an organization has an owner');
  const account = { id, login, type: 'Organization' } as const;
  const sender = { id: owner.id, login: owner.login, type: 'User' } as const;
  const { permissions } = installation;
  const payload = installationPayload({
    id: installation.id,
    account,
    sender,
    permissions,
    createdAt: INSTALLED_AT,
    repositories: [],
  });
  const install = () =>
    sendWebhook(server.url, {
      event: 'installation',
      body: JSON.stringify(payload),
      secret: standIn.webhookSecret,
    });
  return { standIn, organization, db, server, install };
}

/** What is true and not stored, and stored and not true, by table. */
function differences(truth: TrueRows, stored: StoredRows): Record<string, object> {
  const found = Object.entries(truth).flatMap(([table, rows]) => {
    const expected = new Set(rows.map((row) => JSON.stringify(row)));
    const actual = new Set(stored[table]?.map((row) => JSON.stringify(row)));
    const [missing, wrong] = [expected.difference(actual), actual.difference(expected)];
    return missing.size + wrong.size === 0 ? [] : [[table, { missing: [...missing], wrong: [...wrong] }]];
  });
  return Object.fromEntries(found);
}

/** As everybody can see it: over the API. */
async function expectSynced(url: string, { login }: Organization): Promise<void> {
  const read = async (): Promise<unknown> => {
    const response = await fetch(`${url}/api/v1/orgs/${login}/sync`, { headers: { authorization: `Bearer ${TOKEN}` } });
    return response.json();
  };
  await expect
    .poll(read, { timeout: 200_000, interval: 200 })
    .toMatchObject({ state: 'idle', syncs: [{ reason: 'installation', state: 'done', error: null }] });
}

async function expectTruth(db: Database, organization: Organization): Promise<void> {
  const truth = trueRows(organization);
  expect(Object.keys(truth).filter((table) => truth[table]?.length === 0)).toEqual([]);
  await expect
    .poll(async () => differences(truth, await storedRows(db, organization.id)), { timeout: 200_000, interval: 500 })
    .toEqual({});
}

function expectUnderstood({ violations, checked }: StandIn): void {
  expect(violations).toEqual([]);
  expect(checked).toBeGreaterThan(0);
}

it('brings in an organization when it installs the app, all that is true and within its cost', async () => {
  const { standIn, organization, db, server, install } = await startInstalled();
  expect((await install()).status).toBe(202);
  await expectSynced(server.url, organization);
  await expectTruth(db, organization);
  expectUnderstood(standIn);
  expect(standIn.requests.length).toBeLessThanOrEqual(MOST_REQUESTS);
  expect(standIn.points).toBeLessThanOrEqual(MOST_POINTS);
}, 300_000);

it('ends the same when the process is killed again and again meanwhile', async ({ annotate }) => {
  const { standIn, organization, db, server, install } = await startInstalled();
  expect((await install()).status).toBe(202);
  const kills = Array.from({ length: 3 }, (_, index) => Math.floor(index * 35 + Math.random() * 35));
  await annotate(`killed after so many requests: ${kills.join(', ')}`);
  for (const requests of kills) {
    await expect
      .poll(() => standIn.requests.length, { timeout: 200_000, interval: 5 })
      .toBeGreaterThanOrEqual(requests);
    await server.restart();
    // As if half a minute had passed: the one that was killed has lost its turn.
    await sql`update sync_turns set leased_until = now() - interval '1 second'`.execute(db);
  }
  await expectSynced(server.url, organization);
  await expectTruth(db, organization);
  expectUnderstood(standIn);
}, 300_000);
