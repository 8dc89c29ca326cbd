import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { replayDelivery } from '../../../src/intake/replay-delivery.ts';
import { measureStorage } from '../../../src/tenancy/measure-storage.ts';
import { measureUsage } from '../../../src/tenancy/meter-usage.ts';
import { applyDueDeliveries } from '../../../src/worker/apply-deliveries.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { ACME, installationPayload, pushPayload } from '../../support/payloads.ts';
import { storeDelivery } from '../../support/stored-deliveries.ts';

const { db, deps, queue, get } = await createTestApi();
const apply = () => db.transaction().execute((trx) => applyDueDeliveries(trx, { appId: null, log: deps.log }));
const usage = async (org = 'acme', query = '') => (await get(`/api/v1/orgs/${org}/usage${query}`)).body.data;
await storeFacts(db, 99, 'globex', repositoryFact(1, 'globex/one'));

const actor = { name: 'operator', address: null, userAgent: null };

describe('usage', () => {
  it('counts each delivery once, in the month in which it came', async () => {
    const guid = await storeDelivery(db, {
      event: 'installation',
      payload: installationPayload(),
      receivedAt: '2026-02-28T23:59:59Z',
    });
    await storeDelivery(db, { event: 'push', payload: pushPayload(), receivedAt: '2026-03-01T00:00:00Z' });
    await apply();
    await replayDelivery(db, { guid, actor }, queue);
    await apply();
    const months = (await usage()).map(({ month, deliveries }) => [month, deliveries]);
    expect(months).toEqual([
      ['2026-03', 1],
      ['2026-02', 1],
    ]);
    const { rows } = await sql<{
      bytes: number;
    }>`select octet_length(body) as bytes from deliveries where guid = ${guid}`.execute(db);
    expect((await usage())[1]?.['delivery_bytes']).toBe(rows[0]?.bytes);
  });

  it('counts one that is held when it comes, and not again when it is applied', async () => {
    await withTenant(db, ACME.id, (trx) =>
      sql`update repositories set tracked = false, tracking_choice = false`.execute(trx),
    );
    const guid = await storeDelivery(db, { event: 'push', payload: pushPayload(), receivedAt: '2026-04-01T00:00:00Z' });
    await apply();
    await withTenant(db, ACME.id, (trx) =>
      sql`update repositories set tracked = true, tracking_choice = null`.execute(trx),
    );
    await replayDelivery(db, { guid, actor }, queue);
    await apply();
    const unknown = { repositories: null, members: null, storage_bytes: null, measured_at: null };
    expect((await usage())[0]).toMatchObject({ month: '2026-04', deliveries: 1, ...unknown });
  });

  it('has the most repositories and members of a month, and what its rows take', async () => {
    const storageBytes = await measureStorage(db, ACME.id);
    expect(storageBytes).toBeGreaterThan(500);
    await withTenant(db, ACME.id, (trx) => measureUsage(trx, ACME.id, { storageBytes }));
    await withTenant(db, ACME.id, (trx) => sql`update repositories set deleted_at = now()`.execute(trx));
    await withTenant(db, ACME.id, (trx) => measureUsage(trx, ACME.id, { storageBytes: 1 }));
    expect((await usage())[0]).toMatchObject({
      month: new Date().toISOString().slice(0, 7),
      repositories: 1,
      members: 1,
      storage_bytes: storageBytes,
      measured_at: expect.any(String),
    });
  });

  it('is measured as the bytes of the rows of one tenant alone', async () => {
    const name = (characters: number) =>
      withTenant(db, 99, (trx) =>
        sql`insert into contributors (tenant_id, contributor_id, name, type)
          values (99, 1, ${'x'.repeat(characters)}, 'User')
          on conflict (tenant_id, contributor_id) do update set name = excluded.name`.execute(trx),
      );
    await name(1);
    const before = [await measureStorage(db, ACME.id), await measureStorage(db, 99)];
    expect(before[1]).toBeGreaterThan(24);
    await name(101);
    const after = [await measureStorage(db, ACME.id), await measureStorage(db, 99)];
    expect([(after[0] ?? 0) - (before[0] ?? 0), (after[1] ?? 0) - (before[1] ?? 0)]).toEqual([0, 100]);
  });

  it('comes in pages, and only that of the organization', async () => {
    const { body } = await get('/api/v1/orgs/acme/usage?limit=1');
    expect(body.data).toHaveLength(1);
    const rest = await usage('acme', `?cursor=${body.next_cursor}`);
    expect(rest.map(({ month }) => month)).toEqual(['2026-04', '2026-03', '2026-02']);
    expect(await usage('globex')).toEqual([]);
  });
});
