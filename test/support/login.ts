import { afterAll } from 'vitest';
import type { Database } from '../../db/connection.ts';
import { loadConfig } from '../../src/config.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import { createApi } from '../../src/http/api/app.ts';
import type { Api } from '../../src/http/api/api-env.ts';
import { StaleEvents } from '../../src/http/api/stale-events.ts';
import { openLogin } from '../../src/http/login/open-login.ts';
import type { Logger } from '../../src/logging.ts';
import type { Queue } from '../../src/queue.ts';
import { createTestApi, OPERATOR_TOKEN, SEEN_AT, storeFacts } from './api.ts';
import { sampleOrg } from './github/truth/sample-org.ts';
import { type StandIn, startStandIn } from './github/stand-in.ts';

const PUBLIC_URL = 'https://shiplog.test';
const SMALL = {
  repositories: 4,
  people: 8,
  commits: 5,
  pulls: 2,
  issues: 1,
  releases: 1,
  deployments: 1,
  workflowRuns: 1,
};

interface LoginDeps {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  readonly url: string;
}

/** The API of a Shiplog whose people log in at the stand-in GitHub. */
export function createLoginApi(standIn: StandIn, { db, queue, log, url }: LoginDeps): Api {
  standIn.oauth.callbackUrls.push(`${PUBLIC_URL}/login/callback`);
  const config = loadConfig({ ...standIn.environment, PUBLIC_URL });
  const login = openLogin(config, { db, github: createGitHub({ config, db, log }), log });
  const events = new StaleEvents({ url, log, heartbeatMs: 200, gatherMs: 20 });
  afterAll(() => events.close());
  const deps = { db, queue, log, events, connected: true, publicUrl: PUBLIC_URL, login };
  return createApi({ ...deps, operatorToken: OPERATOR_TOKEN, rateLimits: { caller: 1e9, stranger: 1e9 } });
}

/** The API with a login, beside a stand-in GitHub where `acme` has installed the App and `other` has, too. */
export async function createTestLogin() {
  const standIn = await startStandIn();
  afterAll(() => standIn.stop());
  const test = await createTestApi();
  const api = createLoginApi(standIn, { ...test.deps, url: test.url });
  const acme = sampleOrg(standIn.truth, 1, SMALL);
  const other = sampleOrg(standIn.truth, 2, { ...SMALL, login: 'other' });
  for (const organization of [acme, other]) {
    const { id } = standIn.truth.install(organization, { at: SEEN_AT });
    const observed = {
      at: SEEN_AT,
      app_id: standIn.appId,
      repository_selection: 'all',
      permissions: {},
      events: [],
      created_at: SEEN_AT,
      suspended_at: null,
    };
    await storeFacts(test.db, organization.id, organization.login, {
      installations: [{ installation_id: id, observed }],
    });
  }
  return { ...test, api, standIn, acme, other };
}
