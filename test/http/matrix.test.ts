import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { roles } from '../../src/tenancy/roles.ts';
import { type Scope, scopes } from '../../src/tenancy/scopes.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { type Credentials, logInAs, tokenOf } from '../support/callers.ts';
import { insertDelivery } from '../support/deliveries.ts';
import { LOGO, operationTable, type Row, type Sent } from '../support/operation-table.ts';
import { type Operation, readDocument } from '../support/operations.ts';
import { deploymentFact, issueFact, pullFact, statusFact } from '../support/sample-facts.ts';
import { installationFact } from '../support/sync-engine.ts';

const { api, db, document } = await createTestApi();
const { operations } = readDocument(document);

await storeFacts(db, 1, 'acme', installationFact(1), repositoryFact(11, 'acme/shop'), {
  // Public: every role sees it.
  repositories: [{ repository_id: 11, named: { at: '2026-01-02T00:00:00Z', full_name: 'acme/shop', private: false } }],
  pull_requests: [pullFact(11, 1)],
  issues: [issueFact(11, 3, { labels: ['incident'] })],
  deployments: [deploymentFact(11, 1)],
  deployment_statuses: [statusFact(11, 1, { id: 1, state: 'success', created_at: SEEN_AT })],
  teams: [{ team_id: 41, observed: { at: SEEN_AT, removed_at: null, slug: 'core', name: 'Core', parent_id: null } }],
});
await storeFacts(db, 2, 'other', installationFact(2), repositoryFact(21, 'other/secret'));
await storeFacts(db, 3, 'gone', repositoryFact(31, 'gone/shop'));
await recomputeTouched(db, 1);
await withTenant(db, 1, (trx) =>
  sql`
    insert into published_check_runs (tenant_id, repository_id, head_sha, number) values (1, 11, 'b', 1)`.execute(trx),
);
const deliveryGuid = randomUUID();
await insertDelivery(db, { guid: deliveryGuid });

const operator = { authorization: `Bearer ${OPERATOR_TOKEN}` };
const people: Record<string, Credentials> = {};
for (const [index, role] of roles.entries()) {
  people[role] = await logInAs(db, { tenantId: 1, org: 'acme', userId: 701 + index, role });
}
const stranger: Credentials = {};
const otherOwner = await logInAs(db, { tenantId: 2, org: 'other', userId: 801, role: 'owner' });
/** An owner's tokens: with one scope alone, and with all but one. */
const only = new Map<Scope, Credentials>();
const allBut = new Map<Scope, Credentials>();
for (const scope of scopes) {
  only.set(scope, await tokenOf(db, 1, [scope]));
  allBut.set(
    scope,
    await tokenOf(
      db,
      1,
      scopes.filter((other) => other !== scope),
    ),
  );
}

async function call(operation: Pick<Operation, 'method' | 'path'>, sent: Sent, credentials: Credentials) {
  const params: Record<string, string | number> = { org: 'acme', ...sent.params };
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? 1));
  const type = sent.picture === undefined ? 'application/json' : 'image/svg+xml';
  const body = sent.picture ?? (sent.body && JSON.stringify(sent.body));
  const headers = { ...credentials, ...(body !== undefined && { 'content-type': type }) };
  const response = await api.request(path, { method: operation.method, headers, ...(body !== undefined && { body }) });
  return response;
}

async function make(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await call({ method, path }, { ...(body && { body }) }, operator);
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

const purge = await make('DELETE', '/api/v1/admin/orgs/gone');
const setLogo = async () => {
  const put = { method: 'PUT', path: '/api/v1/orgs/acme/branding/logo' };
  expect((await call(put, { picture: LOGO }, operator)).status).toBe(200);
};
const table = operationTable({ db, make, setLogo, purgeId: Number(purge['id']), deliveryGuid });

/** The statuses of one operation, by who calls. */
type Statuses = Record<string, number>;

const ranks = ['V', 'D', 'M', 'A', 'O'];

function expected({ path }: Operation, { least, ok = 200, okOf = {} }: Row): Statuses {
  const reached = (caller: string) => okOf[caller] ?? ok;
  const isOpen = least === 'anybody';
  const ofRole = (rank: number) => isOpen || (ranks.indexOf(least) >= 0 && rank >= ranks.indexOf(least));
  const ofOther = path.includes('{org}') ? 404 : least === 'I' ? 403 : reached('other owner');
  return {
    ...Object.fromEntries(roles.map((role, rank) => [role, ofRole(rank) ? reached(role) : 403])),
    operator: reached('operator'),
    stranger: isOpen ? reached('stranger') : 401,
    'other owner': isOpen ? reached('other owner') : ofOther,
    'token with the scope': least === 'I' ? 403 : reached('token'),
    'token without the scope': isOpen ? reached('token') : 403,
  };
}

const callers = ({ scope }: Row): Record<string, Credentials> => ({
  ...people,
  operator,
  stranger,
  'other owner': otherOwner,
  'token with the scope': only.get(scope) ?? stranger,
  'token without the scope': allBut.get(scope) ?? stranger,
});

it('has a row for every operation, and no other', () => {
  expect(Object.keys(table).toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
});

describe('whoever calls', () => {
  it.each(operations)('$id is answered as the design says', async (operation) => {
    const row = table[operation.id];
    if (!row) throw new Error(`${operation.id} has no row`);
    const found: Statuses = {};
    for (const [caller, credentials] of Object.entries(callers(row))) {
      const response = await call(operation, (await row.send?.()) ?? {}, credentials);
      found[caller] = response.status;
      await response.body?.cancel();
    }
    expect(found).toEqual(expected(operation, row));
  });
});
