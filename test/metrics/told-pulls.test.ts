import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/facts/facts.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { pullFact } from '../support/sample-facts.ts';
import { storeWholeList } from '../support/team-work.ts';

const { db, get } = await createTestApi();
const march = 'from=2026-03-01&to=2026-03-31';
let tenants = 0;

interface Stored {
  /** How many repositories are there. */
  readonly repositories?: number;
  readonly facts?: (repositoryId: number) => Facts;
  readonly list?: { readonly from?: string };
}

/** An organization of its own. @returns what its team health says of the window */
async function createOrg({ repositories = 1, facts, list }: Stored) {
  tenants += 1;
  const [tenantId, login] = [tenants, `org-${tenants}`];
  const ids = Array.from({ length: repositories }, (_, index) => tenantId * 10 + index);
  await storeFacts(db, tenantId, login, ...ids.map((id) => repositoryFact(id, `${login}/r${id}`)));
  const [first = 0] = ids;
  if (facts) await storeFacts(db, tenantId, login, facts(first));
  if (list) await storeWholeList(db, tenantId, first, list.from);
  await recomputeTouched(db, tenantId);
  return async (query = `${march}&compare=none`) => {
    const { body } = await get(`/api/v1/orgs/${login}/metrics/team-health?${query}`);
    const measures = body['measures'] as { measure: string; value: number | null }[];
    const valueOf = (name: string) => measures.find(({ measure }) => measure === name)?.value;
    const quality = body['quality'] as { code: string; message: string; action: string }[];
    const told = quality.filter(
      ({ code }) => code.startsWith('open_pull') || code.startsWith('nothing_') || code.startsWith('comp'),
    );
    return {
      open: valueOf('work_in_progress'),
      age: valueOf('open_age'),
      waiting: valueOf('waiting_for_review'),
      codes: told.map(({ code }) => code),
      series: (body['series'] as { value: number | null }[]).map(({ value }) => value),
      quality: told,
    };
  };
}

const installed = (app_id: number | null, created_at: string): Facts => ({
  installations: [
    {
      installation_id: tenants,
      observed: {
        at: SEEN_AT,
        app_id,
        repository_selection: 'selected',
        permissions: null,
        events: ['push', 'pull_request'],
        created_at,
        suspended_at: null,
      },
    },
  ],
});
const merged = (repositoryId: number): Facts => ({
  pull_requests: [
    pullFact(repositoryId, 1, {
      state: 'merged',
      created_at: '2026-03-10T00:00:00.000Z',
      merged_at: '2026-04-10T00:00:00.000Z',
    }),
  ],
});
const open = (repositoryId: number): Facts => ({
  pull_requests: [pullFact(repositoryId, 2, { created_at: '2026-03-16T00:00:00.000Z' })],
});

describe('how many pull requests are open', () => {
  it('is not known of a replayed clone, which has what was merged alone', async () => {
    const read = await createOrg({
      facts: (id) => ({ ...merged(id), ...installed(null, '2020-01-01T00:00:00.000Z') }),
    });
    const found = await read();
    expect(found).toMatchObject({ open: null, age: null, waiting: null, codes: ['open_pull_requests_unknown'] });
    expect(found.series.every((value) => value === null)).toBe(true);
    expect(found.quality[0]).toMatchObject({
      message: expect.stringContaining('replayed clone'),
      action: expect.stringContaining('Connect GitHub'),
    });
    expect(await read('from=2026-04-20&to=2026-04-30')).toMatchObject({ open: null });
  });

  it('is 0 where the whole list was read, and none is', async () => {
    const read = await createOrg({ list: {} });
    expect(await read()).toMatchObject({ open: 0, age: null, waiting: 0, codes: ['nothing_open'] });
    expect(await read('from=2019-01-01&to=2019-02-01')).toMatchObject({ open: 0 });
  });

  it('is what the list has', async () => {
    const read = await createOrg({ facts: merged, list: {} });
    expect(await read()).toMatchObject({ open: 1, waiting: 1, codes: [] });
  });

  it('is at least what came since webhooks do, and not known before', async () => {
    const read = await createOrg({ facts: () => installed(7, '2026-03-16T00:00:00.000Z') });
    expect(await read('from=2026-03-02&to=2026-03-30&compare=none')).toMatchObject({
      open: 0,
      codes: ['open_pull_requests_incomplete', 'nothing_open'],
      series: [null, 0, 0, 0],
    });
    expect(await read('from=2026-02-01&to=2026-03-01')).toMatchObject({ open: null });
    const { quality } = await read('from=2026-03-16&to=2026-03-20&compare=2026-02-01..2026-03-01');
    expect(quality.find(({ code }) => code === 'comparison_unknown')?.message).toMatch(
      /^Which pull requests were open/,
    );
  });

  it('is at least what a list says that was read from a horizon on', async () => {
    const read = await createOrg({ list: { from: '2026-03-20T00:00:00.000Z' } });
    expect(await read()).toMatchObject({ open: 0, codes: ['open_pull_requests_incomplete', 'nothing_open'] });
    expect(await read('from=2026-03-01&to=2026-03-20T00:00:00Z')).toMatchObject({ open: 0 });
    expect(await read('from=2026-03-01&to=2026-03-19')).toMatchObject({ open: null });
  });

  it('is known since one was told that is not merged', async () => {
    const read = await createOrg({ facts: open });
    expect(await read()).toMatchObject({ open: 1, codes: ['open_pull_requests_incomplete'] });
    expect(await read('from=2026-03-01&to=2026-03-15')).toMatchObject({ open: null });
  });

  it('says of how many repositories it is not wholly known', async () => {
    const read = await createOrg({ repositories: 3, facts: open, list: {} });
    const { quality, ...found } = await read();
    expect(found).toMatchObject({ open: 1, waiting: 1 });
    expect(quality).toEqual([
      expect.objectContaining({
        code: 'open_pull_requests_incomplete',
        message: expect.stringContaining('2 of 3 repositories'),
      }),
    ]);
  });
});
