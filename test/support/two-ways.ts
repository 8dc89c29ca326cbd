import { expect } from 'vitest';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { mapEvent } from '../../src/events/map-event.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import { type Facts, type FactTableName, factTables } from '../../src/facts/facts.ts';
import { ACME, type Json } from './payloads.ts';
import { readRows, removeRows, type Rows } from './rows.ts';

const ACME_SEEN_AT = '2026-01-01T00:00:00.000Z';

interface TwoWays {
  readonly webhooks: readonly (readonly [event: string, payload: Json])[];
  readonly pages: readonly Facts[];
  readonly tables: readonly FactTableName[];
}

/** Expects the same rows of the webhooks, of the pages, and of both in either order. */
export async function expectSameRows(db: Database, { webhooks, pages, tables }: TwoWays): Promise<Rows> {
  const told = webhooks.map(([name, payload], index) => {
    const receivedAt = `2026-03-05T00:00:${String(index).padStart(2, '0')}.000Z`;
    const mapped = mapEvent({ name, payload, receivedAt, appId: null });
    if (mapped.tenantId !== ACME.id) throw new Error(`no facts of ${name}`);
    return mapped.facts;
  });
  const expected = await rowsOf(db, [told], tables);
  expect(await rowsOf(db, [pages], tables)).toEqual(expected);
  expect(await rowsOf(db, [told, pages], tables)).toEqual(expected);
  expect(await rowsOf(db, [pages, told], tables)).toEqual(expected);
  return expected;
}

async function rowsOf(db: Database, batches: readonly (readonly Facts[])[], tables: readonly FactTableName[]) {
  await removeRows(db, ACME.id);
  // The tenant is there before any page is asked for.
  const tenant = { tenants: [{ observed: { at: ACME_SEEN_AT, login: ACME.login, type: ACME.type } }] };
  for (const facts of [[tenant], ...batches]) await withTenant(db, ACME.id, (trx) => applyFacts(trx, ACME.id, facts));
  const rows = await readRows(db, ACME.id);
  return Object.fromEntries(
    tables.map((table) => [table, (rows[table] ?? []).map((row) => withoutSightings(table, row))]),
  );
}

/** Which sighting a row comes from is the one thing that may differ. */
function withoutSightings(table: FactTableName, row: unknown): unknown {
  const groups = Object.keys(factTables[table].groups);
  const sightings = new Set(groups.flatMap((group) => [`${group}_at`, `${group}_rank`]));
  return Object.fromEntries(Object.entries(row ?? {}).filter(([column]) => !sightings.has(column)));
}
