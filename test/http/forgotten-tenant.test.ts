import { afterAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/connection.ts';
import { createApi } from '../../src/http/api/app.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { connectForgetful } from '../support/forgetful-database.ts';
import { readDocument } from '../support/operations.ts';
import {
  commitFact,
  contributorFact,
  deploymentFact,
  issueFact,
  pullFact,
  releaseFact,
  reviewFact,
  statusFact,
} from '../support/sample-facts.ts';

/** In everything that the other organization has. */
const MARK = 'quokka';
const { db, deps, url, superuserUrl, document, request } = await createTestApi();

/** Two organizations with a little of everything, under the same ids. */
async function store(tenantId: number, org: string, word: string): Promise<void> {
  await storeFacts(db, tenantId, org, repositoryFact(11, `${org}/${word}-shop`), {
    contributors: [contributorFact(501, `${word}-ann`)],
    commits: [commitFact(11, 'a', { message_headline: word }), commitFact(11, `${word}1`, { message_headline: word })],
    pull_requests: [
      pullFact(11, 1, { title: word, state: 'merged', merged_at: '2026-01-03T00:00:00Z', author_id: 501 }),
      pullFact(11, 2, { title: word, head_ref: word }),
    ],
    reviews: [reviewFact(11, 1, { author_id: 501 })],
    issues: [issueFact(11, 3, { title: word, labels: ['incident'] })],
    releases: [releaseFact(11, 1, { tag_name: word, name: word })],
    deployments: [deploymentFact(11, 1, { ref: word })],
    deployment_statuses: [statusFact(11, 1, { id: 1, state: 'success', created_at: SEEN_AT })],
    teams: [{ team_id: 41, observed: { at: SEEN_AT, removed_at: null, slug: 'core', name: word, parent_id: null } }],
    team_members: [{ team_id: 41, user_id: 501, observed: { at: SEEN_AT, role: 'member', removed_at: null } }],
  });
  await recomputeTouched(db, tenantId);
  const path = `/api/v1/orgs/${org}`;
  await request('POST', `${path}/tokens`, {}, { name: word, scopes: ['read'] });
  await request('POST', `${path}/members`, {}, { login: `${word}-new`, role: 'viewer' });
  await request('POST', `${path}/shares`, {}, { name: word, view: {} });
  await request('PATCH', `${path}/branding`, {}, { name: word });
}

await store(1, 'acme', 'own');
await store(2, `${MARK}s`, MARK);

const params: Readonly<Record<string, string>> = {
  org: 'acme',
  repo: 'own-shop',
  number: '1',
  metric: 'lead-time',
  slug: 'core',
  login: 'own-ann',
  id: '501',
  file: 'lead-time.csv',
};
/** The stream of events has no end, the operator is no contributor, and a zip does not show what it has. */
const others = new Set(['streamEvents', 'getOwnContributor', 'exportArchive']);
/** Of which there is none. */
const missing = new Set(['getLogo', 'getPullRequestCheckRun']);
const reads = readDocument(document).operations.filter(
  ({ method, path, id }) => method === 'GET' && path.includes('{org}') && !others.has(id),
);
const pathOf = ({ id, path }: { id: string; path: string }) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    id === 'getDeployment' && name === 'id' ? '1' : (params[name] ?? ''),
  );

function over(forgetful: Database) {
  const api = createApi({ ...deps, db: forgetful, operatorToken: OPERATOR_TOKEN });
  return async (operation: { id: string; path: string }) => {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    const response = await api.request(pathOf(operation), { headers });
    return { status: response.status, text: await response.text() };
  };
}

describe('a query that forgets its tenant', () => {
  const { db: forgetful, forgotten } = connectForgetful(url, { roles: false });
  afterAll(() => forgetful.destroy());
  const ask = over(forgetful);
  const right = over(db);

  it.each(reads)('answers $id as one that names it', async (operation) => {
    const before = forgotten();
    const found = await ask(operation);
    const expected = await right(operation);
    expect(forgotten()).toBeGreaterThan(before);
    expect([found.status, expected.status]).toEqual(missing.has(operation.id) ? [404, 404] : [200, 200]);
    expect(found.text).not.toContain(MARK);
    expect(neutral(found.text)).toBe(neutral(expected.text));
  });
});

describe('without row-level security', () => {
  const { db: open } = connectForgetful(superuserUrl, { roles: true });
  afterAll(() => open.destroy());
  const ask = over(open);

  it('such queries would tell of another tenant', async () => {
    const telling: string[] = [];
    for (const operation of reads) {
      const { text } = await ask(operation);
      if (text.includes(MARK)) telling.push(operation.id);
    }
    expect(telling.length).toBeGreaterThan(20);
  });
});

/** What is of the moment: times of now, and the entry that an export writes. */
function neutral(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.includes('data.export'))
    .join('\n')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
    .replaceAll(/"(?:age_s|last_used_at|value|request_id)":[^,}]+/g, '');
}
