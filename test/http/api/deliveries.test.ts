import { describe, expect, it } from 'vitest';
import { APPLY_DELIVERIES } from '../../../src/queue.ts';
import { createTestApi, storeFacts } from '../../support/api.ts';
import { insertDelivery } from '../../support/deliveries.ts';

const { db, queue, get, request } = await createTestApi();
const DEAD = '72d3162e-cc78-11e3-81ab-000000000001';
const APPLIED = '72d3162e-cc78-11e3-81ab-000000000002';
const FOREIGN = '72d3162e-cc78-11e3-81ab-000000000003';

await storeFacts(db, 4_711, 'Acme');
await insertDelivery(db, {
  guid: DEAD,
  event: 'push',
  state: 'dead',
  attempts: 5,
  error: 'InvalidPayloadError: no ref',
});
await insertDelivery(db, { guid: APPLIED, event: 'pull_request', action: 'opened', tenantId: 4_711 });
await insertDelivery(db, { guid: FOREIGN, event: 'push', tenantId: 99, state: 'ignored', error: 'no event of ours' });

const guids = (body: { data: Record<string, unknown>[] }) => body.data.map((row) => row['guid']);
const list = (query: string) => get(`/api/v1/admin/deliveries?${query}`);

describe('deliveries', () => {
  it('are listed the latest first, without their bodies', async () => {
    const { body } = await list('');
    expect(guids(body)).toEqual([FOREIGN, APPLIED, DEAD]);
    expect(body.data[1]).toEqual({
      guid: APPLIED,
      event: 'pull_request',
      action: 'opened',
      org: 'Acme',
      received_at: expect.stringMatching(/^\d{4}-.*Z$/),
      state: 'applied',
      attempts: 1,
      error: null,
    });
  });

  it.each([
    ['state=dead', [DEAD]],
    ['event=push', [FOREIGN, DEAD]],
    ['org=acme', [APPLIED]],
    ['org=4711', [APPLIED]],
    ['org=99', [FOREIGN]],
    ['org=nobody', []],
    ['state=held', []],
  ])('with %s are %j', async (query, expected) => {
    expect(guids((await list(query)).body)).toEqual(expected);
  });

  it('are found by GUID, in any case', async () => {
    expect((await get(`/api/v1/admin/deliveries/${DEAD.toUpperCase()}`)).body).toMatchObject({
      guid: DEAD,
      state: 'dead',
      attempts: 5,
      error: 'InvalidPayloadError: no ref',
    });
  });

  it('are 404 when there is none, and 400 when it is no GUID', async () => {
    const none = '72d3162e-cc78-11e3-81ab-0000000000ff';
    expect((await get(`/api/v1/admin/deliveries/${none}`)).status).toBe(404);
    expect((await request('POST', `/api/v1/admin/deliveries/${none}/replay`)).status).toBe(404);
    expect(await request('POST', '/api/v1/admin/deliveries/x/replay')).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/path/guid' }] },
    });
  });
});

const jobs = async () => (await queue.findJobs(APPLY_DELIVERIES)).length;

describe('the replay of a delivery', () => {
  it.each([DEAD, APPLIED, FOREIGN])('makes %s pending, due now, and wakes the worker', async (guid) => {
    const before = await jobs();
    const answer = await request('POST', `/api/v1/admin/deliveries/${guid}/replay`);
    expect(answer).toMatchObject({ status: 202, body: { guid, state: 'pending', attempts: 0, error: null } });
    const row = await db.selectFrom('deliveries').selectAll().where('guid', '=', guid).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ state: 'pending', attempts: 0, error: null });
    expect(row.due_at.getTime()).toBeGreaterThan(Date.parse('2026-01-02T00:00:00Z'));
    expect(await jobs()).toBe(before + 1);
  });
});
