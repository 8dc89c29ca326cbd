import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { insertDelivery } from '../../support/deliveries.ts';
import {
  commitFact,
  contributorFact,
  deploymentFact,
  issueFact,
  pullFact,
  releaseFact,
  reviewFact,
} from '../../support/sample-facts.ts';

const { db, get } = await createTestApi();
const rows = Array.from({ length: 23 }, (_, index) => index + 1);
// Few times for many rows, so that pages end among equal ones.
const times = ['2026-02-03T00:00:00.000Z', '2026-02-02T00:00:00.001Z', '2026-02-02T00:00:00.000Z'];
const timeOf = (n: number) => times[n % times.length] ?? '';
const repositoryOf = (n: number) => 11 + (n % 2);

await storeFacts(db, 1, 'acme', ...rows.map((n) => repositoryFact(10 + n, `acme/Repository${n % 7}-${n}`)), {
  commits: rows.map((n) => commitFact(repositoryOf(n), `c${n}`, { committed_at: timeOf(n) })),
  pull_requests: rows.map((n) => pullFact(repositoryOf(n), n, { created_at: timeOf(n) })),
  reviews: rows.map((n) => reviewFact(repositoryOf(n), Math.ceil(n / 2))),
  issues: rows.map((n) => issueFact(repositoryOf(n), n, { created_at: timeOf(n) })),
  releases: rows.map((n) => releaseFact(repositoryOf(n), n, { created_at: timeOf(n) })),
  deployments: rows.map((n) => deploymentFact(repositoryOf(n), n, { created_at: timeOf(n) })),
  contributors: rows.map((n) => contributorFact(n, `person${n}`)),
});
for (const n of rows.slice(1)) await storeFacts(db, n, n % 2 === 0 ? 'Twin' : `org${n}`);
for (const n of rows) await insertDelivery(db, { guid: `72d3162e-cc78-11e3-81ab-${String(n).padStart(12, '0')}` });

/** By which a list is sorted, descending; the rest of its order only has to be the same for every limit. */
const lists: Record<string, string | undefined> = {
  '/api/v1/orgs': undefined,
  '/api/v1/admin/deliveries': 'guid',
  '/api/v1/orgs/acme/repositories': undefined,
  '/api/v1/orgs/acme/contributors': undefined,
  '/api/v1/orgs/acme/commits': 'committed_at',
  '/api/v1/orgs/acme/pulls': 'created_at',
  '/api/v1/orgs/acme/reviews': 'id',
  '/api/v1/orgs/acme/issues': 'created_at',
  '/api/v1/orgs/acme/releases': 'created_at',
  '/api/v1/orgs/acme/deployments': 'created_at',
};

async function walk(path: string, limit: number): Promise<Record<string, unknown>[]> {
  const seen: Record<string, unknown>[] = [];
  let next: string | undefined = `${path}?limit=${limit}`;
  while (next !== undefined) {
    const { status, headers, body } = await get(next);
    expect(status).toBe(200);
    expect(body.data.length).toBe(body.next_cursor === null ? rows.length - seen.length : limit);
    seen.push(...body.data);
    const link = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    expect(link === undefined ? null : new URL(link).searchParams.get('cursor')).toBe(body.next_cursor);
    next = link;
  }
  return seen;
}

function descending(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return b - a;
  return String(a) < String(b) ? 1 : String(a) > String(b) ? -1 : 0;
}

describe('pages', () => {
  it.each(Object.entries(lists))('of %s visit each row once, in order, whatever the limit', async (path, sortedBy) => {
    const all = await walk(path, 100);
    expect(new Set(all.map((row) => JSON.stringify(row))).size).toBe(rows.length);
    const values = all.map((row) => (sortedBy === undefined ? 0 : row[sortedBy]));
    expect(values).toEqual(values.toSorted(descending));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 24 }), async (limit) => {
        expect(await walk(path, limit)).toEqual(all);
      }),
      { numRuns: 6, examples: [[1], [23], [22]] },
    );
  });

  it('go on at the same place when rows come before it', async () => {
    const first = await get('/api/v1/orgs/acme/commits?limit=5');
    await storeFacts(db, 1, 'acme', {
      commits: [commitFact(11, 'later', { committed_at: '2026-03-01T00:00:00.000Z' })],
    });
    const second = await get(`/api/v1/orgs/acme/commits?limit=5&cursor=${first.body.next_cursor}`);
    const shas = [...first.body.data, ...second.body.data].map((row) => row['sha']);
    expect(new Set(shas).size).toBe(10);
    expect(shas).not.toContain('later');
  });

  it('keep the filters in the link', async () => {
    const { headers } = await get('/api/v1/orgs/acme/pulls?limit=2&state=open&since=2026-01-01T00:00:00%2B01:00');
    const link = new URL(/^<(.*)>/.exec(headers.get('link') ?? '')?.[1] ?? '');
    expect(Object.fromEntries(link.searchParams)).toMatchObject({
      state: 'open',
      limit: '2',
      since: '2026-01-01T00:00:00+01:00',
    });
  });

  it('are refused for a cursor that is broken, or of another list', async () => {
    const { body } = await get('/api/v1/orgs/acme/commits?limit=1');
    const forged = Buffer.from('["listPullRequests","2026-02-31T00:00:00",1,1]').toString('base64url');
    for (const cursor of [body.next_cursor, `${body.next_cursor}x`, 'x', '', '%00', forged]) {
      const answer = await get(`/api/v1/orgs/acme/pulls?cursor=${cursor}`);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/query/cursor' }] } });
    }
  });

  it.each(['0', '101', '-1', '1.5', 'many', '', '1&limit=2'])('are refused for limit=%s', async (limit) => {
    const answer = await get(`/api/v1/orgs/acme/commits?limit=${limit}`);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/query/limit' }] } });
  });
});
