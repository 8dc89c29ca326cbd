import { afterAll } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import { createApi } from '../../src/http/api/app.ts';
import { openLogin } from '../../src/http/login/open-login.ts';
import { createTestApi, OPERATOR_TOKEN, SEEN_AT, storeFacts } from './api.ts';
import { sampleOrg } from './github/truth/sample-org.ts';
import { startStandIn } from './github/stand-in.ts';

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

/** The API with a login, beside a stand-in GitHub where `acme` has installed the App and `other` has, too. */
export async function createTestLogin() {
  const standIn = await startStandIn();
  afterAll(() => standIn.stop());
  standIn.oauth.callbackUrls.push(`${PUBLIC_URL}/login/callback`);
  const test = await createTestApi();
  const config = loadConfig({ ...standIn.environment, PUBLIC_URL });
  const github = createGitHub({ config, db: test.db, log: test.deps.log });
  const login = openLogin(config, { db: test.db, github, log: test.deps.log });
  const api = createApi({ ...test.deps, operatorToken: OPERATOR_TOKEN, publicUrl: PUBLIC_URL, login });
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
