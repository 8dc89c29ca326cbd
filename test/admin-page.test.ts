import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../db/tenant.ts';
import { updateMembers } from '../src/access/update-members.ts';
import { requirements } from '../src/http/api/access.ts';
import { createApi } from '../src/http/api/app.ts';
import { recomputeTouched } from '../src/metrics/derive/recompute.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, SEEN_AT, storeFacts } from './support/api.ts';
import { readArchive } from './support/archive.ts';
import { serveTestApi } from './support/cli.ts';
import { insertDelivery } from './support/deliveries.ts';
import { createReader, listDifferences, readExamples } from './support/doc-page.ts';

const test = await createTestApi();
const { db } = test;
const [ACME, GONE] = [1, 2002];
await seed();

const called = new Map<string, number>();
const untold: string[] = [];
const port = await serveTestApi({ ...test, api: { fetch: observe(createTestedApi()) } });
const examples = readExamples('docs/admin.md');
const reader = createReader({
  url: `http://127.0.0.1:${port}`,
  operatorToken: OPERATOR_TOKEN,
  env: { PORT: String(port), DATABASE_URL: test.url, SHIPLOG_OPERATOR_TOKEN: OPERATOR_TOKEN },
  files: { 'logo.svg': '<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>' },
});

/** As a worker does. */
beforeEach(() => recomputeTouched(db, ACME));

describe('the examples of docs/admin.md', () => {
  it.each(examples.map((example) => Object.assign(example, { name: `${example.heading}, line ${example.line}` })))(
    'run as they stand: $name',
    async (example) => {
      const { code, stdout, stderr, answer } = await reader.run(example);
      expect([code, stderr.replaceAll(/^Token .*\n|^Keep it now.*\n/gm, ''), code === 0 ? '' : stdout]).toEqual([
        0,
        '',
        '',
      ]);
      expect(listDifferences(example.shown, example.shown === undefined ? undefined : answer)).toEqual([]);
    },
  );

  it('leave no task of an admin, an owner or the operator out', () => {
    const tasks = Object.entries(requirements)
      .filter(([, { scope }]) => scope !== 'read')
      .map(([operationId]) => operationId);
    expect(tasks.filter((operationId) => !called.has(operationId))).toEqual([]);
    expect([...called.values()].filter((status) => status >= 400)).toEqual([]);
  });

  it('change nothing that the audit log does not tell', () => {
    expect(untold).toEqual([]);
  });

  it('bring files that are whole', async () => {
    const archive = await readArchive(await readFile(join(reader.folder, 'acme.zip')));
    expect(archive.get('members.jsonl')).toContain('"user_id": 1001');
    expect(await readFile(join(reader.folder, 'audit-log.csv'), 'utf8')).toContain('token.create');
  });
});

function noRecord(): Promise<never> {
  return Promise.reject(Object.assign(new Error('queryTxt ENOTFOUND'), { code: 'ENOTFOUND' }));
}

function createTestedApi() {
  return createApi({ ...test.deps, operatorToken: OPERATOR_TOKEN, resolveTxt: noRecord });
}

type Fetch = ReturnType<typeof createApi>['fetch'];

/** Notes which operations are called, and which changes leave no entry in the audit log of the organization. */
function observe({ fetch }: { fetch: Fetch }): Fetch {
  const { paths } = test.document as { paths: Record<string, Record<string, { operationId: string }>> };
  return async (request, ...rest) => {
    const { pathname, search } = new URL(request.url);
    const method = request.method.toLowerCase();
    const path = Object.keys(paths)
      .filter((template) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname))
      .toSorted((a, b) => a.split('{').length - b.split('{').length)[0];
    const entries = await countEntries();
    const response = await fetch(request, ...rest);
    const operationId = path && paths[path]?.[method]?.operationId;
    if (operationId) called.set(operationId, Math.max(response.status, called.get(operationId) ?? 0));
    const isChange = method !== 'get' && pathname.includes('/orgs/acme/') && !search.includes('preview');
    if (isChange && (await countEntries()) === entries) untold.push(`${request.method} ${pathname}`);
    return response;
  };
}

async function countEntries(): Promise<number> {
  const found = await withTenant(db, ACME, (trx) =>
    trx.selectFrom('audit_chains').select('entry_id').where('tenant_id', '=', ACME).executeTakeFirst(),
  );
  return found?.entry_id ?? 0;
}

async function seed(): Promise<void> {
  const at = SEEN_AT;
  const installed = {
    at,
    app_id: 1,
    repository_selection: 'all',
    permissions: {},
    events: [],
    created_at: at,
    suspended_at: null,
  };
  const people = [
    [1001, 'ann'],
    [1002, 'bob'],
    [1003, 'robot'],
  ] as const;
  await storeFacts(db, ACME, 'acme', repositoryFact(11, 'acme/shop'), repositoryFact(12, 'acme/site'), {
    installations: [{ installation_id: 7, observed: installed }],
    contributors: people.map(([contributor_id, login]) => ({
      contributor_id,
      observed: { at, login, name: null, type: 'User' },
    })),
    organization_members: [
      { user_id: 1001, observed: { at, role: 'owner', removed_at: null } },
      { user_id: 1002, observed: { at, role: 'member', removed_at: null } },
    ],
    teams: [{ team_id: 5, observed: { at, slug: 'web', name: 'Web', parent_id: null, removed_at: null } }],
  });
  await withTenant(db, ACME, (trx) => updateMembers(trx, ACME, 'all'));
  await storeFacts(db, GONE, 'gone', { installations: [{ installation_id: 8, observed: installed, deleted_at: at }] });
  await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-4c9367dc0958', tenantId: ACME, state: 'dead' });
}
