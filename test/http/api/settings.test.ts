import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { forgetDeliveries } from '../../../src/tenancy/forget-deliveries.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { insertDelivery } from '../../support/deliveries.ts';

const { db, get, request } = await createTestApi();
await storeFacts(db, 1, 'acme', repositoryFact(1, 'acme/shop'));
await storeFacts(db, 2, 'globex', repositoryFact(2, 'globex/site'));

const path = '/api/v1/orgs/acme/settings';
const change = (json: object, headers: Record<string, string> = {}) => request('PATCH', path, headers, json);

const series = async () => {
  const { body } = await get(
    '/api/v1/orgs/acme/metrics/deployment-frequency?from=2026-03-02&to=2026-03-16&time_zone=UTC',
  );
  return (body['series'] as { from: string }[]).map(({ from }) => from.slice(0, 10));
};

describe('settings', () => {
  it('are those of the documentation until something is set', async () => {
    expect((await get(path)).body).toEqual({
      time_zone: 'UTC',
      week_start: 'monday',
      delivery_retention_days: null,
      audit_retention_days: null,
    });
  });

  it('are set one by one, and taken back by null', async () => {
    const all = {
      time_zone: 'Europe/Berlin',
      week_start: 'sunday',
      delivery_retention_days: 30,
      audit_retention_days: 365,
    };
    expect((await change(all)).body).toEqual(all);
    expect((await change({ week_start: null })).body).toEqual({ ...all, week_start: 'monday' });
    expect((await change({ delivery_retention_days: null })).body['delivery_retention_days']).toBeNull();
    expect((await get('/api/v1/orgs/globex/settings')).body['time_zone']).toBe('UTC');
  });

  it('share the time zone with the metric definition', async () => {
    const definition = '/api/v1/orgs/acme/metric-definitions';
    expect((await get(definition)).body['definition']).toMatchObject({ time_zone: 'Europe/Berlin' });
    const { headers } = await get(path);
    await request('PATCH', definition, {}, { time_zone: 'Asia/Tokyo' });
    expect((await get(path)).body['time_zone']).toBe('Asia/Tokyo');
    expect((await change({ time_zone: 'UTC' }, { 'if-match': headers.get('etag') ?? '' })).status).toBe(412);
  });

  it('are changed as they were seen', async () => {
    const etag = (await get(path)).headers.get('etag') ?? '';
    expect((await change({ week_start: 'saturday' }, { 'if-match': etag })).status).toBe(200);
    expect((await change({ week_start: 'sunday' }, { 'if-match': etag })).status).toBe(412);
    expect((await get(path)).body['week_start']).toBe('saturday');
  });

  it.each([
    [{ time_zone: 'Mars/Olympus' }, '#/body/time_zone'],
    [{ week_start: 'friday' }, '#/body/week_start'],
    [{ delivery_retention_days: 13 }, '#/body/delivery_retention_days'],
    [{ audit_retention_days: 7 }, '#/body/audit_retention_days'],
    [{ retention: 3 }, '#/body/retention'],
  ])('are refused with the field that is wrong: %j', async (json, pointer) => {
    const { status, body } = await change(json);
    expect([status, body.errors[0]?.pointer]).toEqual([400, pointer]);
  });

  it('say when weeks start in series', async () => {
    expect(await series()).toEqual(['2026-03-02', '2026-03-07', '2026-03-14']);
    await change({ week_start: null });
    expect(await series()).toEqual(['2026-03-02', '2026-03-09']);
  });

  it('leave a trace of each change', async () => {
    const { rows } = await withTenant(db, 1, (trx) =>
      sql`select before, after from audit_log where tenant_id = 1 and action = 'settings.change' order by entry_id limit 1`.execute(
        trx,
      ),
    );
    expect(rows).toEqual([
      {
        before: { week_start: 'monday', delivery_retention_days: null, audit_retention_days: null },
        after: { week_start: 'sunday', delivery_retention_days: 30, audit_retention_days: 365 },
      },
    ]);
  });
});

const guidOf = (index: number) => `72d3162e-cc78-11e3-81ab-00000000000${index}`;

describe('the retention of deliveries', () => {
  it('removes what is applied and old, and nothing that is still of use, or of another', async () => {
    const states = ['applied', 'ignored', 'held', 'dead', 'pending', 'applied'];
    for (const [index, state] of states.entries()) {
      await insertDelivery(db, { guid: guidOf(index), tenantId: index === 5 ? 2 : 1, state });
    }
    await insertDelivery(db, { guid: guidOf(6), tenantId: 1, state: 'applied' });
    await sql`update deliveries set received_at = '2026-01-01' where guid <> ${guidOf(6)}`.execute(db);
    await sql`update deliveries set received_at = '2026-01-20' where guid = ${guidOf(6)}`.execute(db);
    expect(await forgetDeliveries(db, 1, new Date('2027-01-01'))).toBe(0);
    await change({ delivery_retention_days: 30 });
    expect(await forgetDeliveries(db, 1, new Date('2026-02-10'))).toBe(2);
    const { rows } = await sql<{ state: string }>`select state from deliveries order by delivery_id`.execute(db);
    expect(rows.map(({ state }) => state)).toEqual(['held', 'dead', 'pending', 'applied', 'applied']);
  });
});
