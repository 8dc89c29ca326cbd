import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createSession, useSession } from '../../src/tenancy/sessions.ts';
import { createTestApi, repositoryFact, storeFacts } from '../support/api.ts';
import { readArchive } from '../support/archive.ts';
import { createTestCli, serveTestApi } from '../support/cli.ts';
import { makeFolder } from '../support/git-repository.ts';
import { issueFact } from '../support/sample-facts.ts';

const test = await createTestApi();
const { db, get, url } = test;
const observed = {
  at: '2026-01-01T00:00:00.000Z',
  app_id: null,
  repository_selection: 'all',
  permissions: null,
  events: null,
  created_at: null,
  suspended_at: null,
} as const;
await storeFacts(db, 1, 'acme', { installations: [{ installation_id: 7, observed }] });
await storeFacts(db, 2, 'Gone', repositoryFact(21, 'Gone/shop'), { issues: [issueFact(21, 1), issueFact(21, 2)] });
const shiplog = createTestCli({ port: await serveTestApi(test), url });

describe('shiplog org list', () => {
  it('has every organization, as a table or as lines of JSON', async () => {
    const { code, stdout } = await shiplog(['org', 'list']);
    expect(code).toBe(0);
    const [header, ...lines] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^organization +id +plan +repositories +members +App +known since \(UTC\)$/);
    expect(lines).toEqual([
      expect.stringMatching(/^acme +1 +enterprise +0 +0 +installed +20/),
      expect.stringMatching(/^Gone +2 +enterprise +1 +0 +never installed +20/),
    ]);
    const json = await shiplog(['org', 'list', '--json']);
    expect(
      json.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).login),
    ).toEqual(['acme', 'Gone']);
  });
});

describe('shiplog org export', () => {
  it('writes an archive that only its owner may read, never over a file', async () => {
    const file = join(makeFolder(), 'acme.zip');
    const { code, stdout } = await shiplog(['org', 'export', 'acme', file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^acme: [\d,]+ rows of \d+ tables in .*acme\.zip \(\d+ kilobytes?\)\.\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const files = await readArchive(await readFile(file));
    expect(files.get('installations.jsonl')).toContain('"installation_id": 7');
    expect(files.get('audit_log.jsonl')).toContain('data.export');
    const again = await shiplog(['org', 'export', 'acme', file]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('acme.zip is there already.') });
    const nowhere = await shiplog(['org', 'export', 'acme', '/nowhere/acme.zip']);
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('can not be written') });
  });
});

describe('shiplog org delete', () => {
  it('removes nothing unless it is told so', async () => {
    const { code, stderr } = await shiplog(['org', 'delete', 'gone']);
    expect([code, stderr]).toEqual([1, '\nThis removes everything of Gone, for good. Say --yes to do it.\n']);
    expect((await get('/api/v1/orgs/gone')).status).toBe(200);
  });

  it('removes nothing while the App is installed', async () => {
    const { code, stderr } = await shiplog(['org', 'delete', 'acme', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('The GitHub App is installed in acme: uninstall it on GitHub first');
    expect((await get('/api/v1/orgs/acme')).status).toBe(200);
  });

  it('says what it has removed, and ends the sessions of its people', async () => {
    const person = { userId: 5, login: 'ann', address: null, userAgent: null };
    const [theirs, others] = [
      await createSession(db, { ...person, tenantIds: [2] }),
      await createSession(db, { ...person, tenantIds: [1] }),
    ];
    const { code, stdout } = await shiplog(['org', 'delete', 'GONE', '--yes']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}issues +2$/m);
    expect(stdout).toMatch(/^ {2}tenants +1$/m);
    expect(stdout).toMatch(/^Gone is gone: \d+ rows removed\.$/m);
    expect((await get('/api/v1/orgs/gone')).status).toBe(404);
    expect(await useSession(db, theirs)).toBeUndefined();
    expect(await useSession(db, others)).toBeDefined();
    const { rows } = await sql`select account_id, state from purges`.execute(db);
    expect(rows).toEqual([{ account_id: 2, state: 'done' }]);
  });

  it('removes one whose installation GitHub does not know, if it is forced', async () => {
    await storeFacts(db, 3, 'replayed', { installations: [{ installation_id: 9, observed }] });
    expect((await shiplog(['org', 'delete', 'replayed', '--yes'])).stderr).toContain('Say --force');
    const { code, stdout } = await shiplog(['org', 'delete', 'replayed', '--yes', '--force', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ org: 'replayed', state: 'done', rows: { installations: 1 } });
    expect((await get('/api/v1/orgs/replayed')).status).toBe(404);
  });

  it.each([
    [['org', 'delete'], 'Say which organization'],
    [['org', 'delete', 'nowhere', '--yes'], 'There is no organization "nowhere" here.'],
    [['org', 'remove', 'acme'], 'There is no "org remove"; there is: list, plan, export, delete.'],
  ])('says what is wrong with %j', async (args, message) => {
    expect(await shiplog(args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(message) });
  });
});
