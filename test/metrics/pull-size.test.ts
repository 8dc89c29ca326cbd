import { beforeEach, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recordFiles } from '../../src/checks/files/stored-files.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, storeFacts } from '../support/api.ts';
import { pullFact } from '../support/sample-facts.ts';

const { db, get } = await createTestApi();
const [ACME, SHOP] = [4_711, 11];
const [opened, merged] = ['2026-03-02T10:00:00.000Z', '2026-03-03T10:00:00.000Z'];

const files = [
  { path: 'src/pay.ts', additions: 40, deletions: 15 },
  { path: 'package-lock.json', additions: 400, deletions: 12 },
  { path: 'vendor/money.go', additions: 1_000, deletions: 0 },
  { path: 'src/api.pb.go', additions: 300, deletions: 300 },
  { path: 'src/tables.ts', additions: 5, deletions: 5 },
];

beforeEach(async () => {
  const times = { state: 'merged', created_at: opened, merged_at: merged };
  await storeFacts(db, ACME, 'acme', repositoryFact(SHOP, 'acme/shop'), {
    pull_requests: [1, 2, 3, 4, 5].map((number) =>
      pullFact(SHOP, number, { ...times, head_sha: `head${number}`, merge_commit_sha: `merge${number}` }),
    ),
  });
  await recomputeTouched(db, ACME);
});

interface List {
  readonly head?: string;
  readonly complete?: boolean;
  readonly attributes?: string;
  /** The base branch could not be read. */
  readonly unread?: boolean;
}

function record(number: number, { head = `head${number}`, complete = true, attributes, unread = false }: List = {}) {
  const rules = unread ? null : { attributes: attributes ?? null, codeOwners: null };
  const list = { files, complete, headSha: head, baseRef: 'main', rules };
  return withTenant(db, ACME, (trx) => recordFiles(trx, { tenantId: ACME, repositoryId: SHOP, number }, list));
}

const size = async () => (await get('/api/v1/orgs/acme/metrics/pr-size?from=2026-03-01&to=2026-03-29')).body;

it('is that of the files that are read, and of no pull request of which they are not known', async () => {
  expect(await size()).toMatchObject({
    value: null,
    excluded: [{ reason: 'unknown_files', count: 5 }],
    quality: [{ code: 'nothing_in_window', action: expect.stringContaining('Connect GitHub') }],
  });
  await record(1);
  await record(2, { attributes: 'src/tables.ts linguist-generated\nvendor/** -linguist-vendored' });
  await record(3, { head: 'an earlier one' });
  await record(4, { complete: false });
  await record(5, { unread: true });
  // #1: 55 and 10 lines; #2: 55, and 1,000 that its attributes call its own.
  expect(await size()).toMatchObject({
    value: (65 + 1_055) / 2,
    n: 2,
    excluded: [{ reason: 'unknown_files', count: 3 }],
    quality: expect.arrayContaining([
      { code: 'files_unread', message: expect.stringContaining('Of 3 of 5 pull requests'), action: expect.any(String) },
    ]),
  });
});
