import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openArchive } from '../../src/tenancy/archive.ts';
import { listArchiveTables } from '../../src/tenancy/archive-tables.ts';
import { listTenantTables } from '../../src/tenancy/tenant-tables.ts';
import { storeFacts } from '../support/api.ts';
import { readArchive } from '../support/archive.ts';
import { createTestDatabase } from '../support/database.ts';
import { insertDelivery } from '../support/deliveries.ts';
import { query } from '../support/embedded-process.ts';
import { commitFact } from '../support/sample-facts.ts';
import { fillTables } from '../support/tenant-tables.ts';

const { db, url, superuserUrl } = await createTestDatabase();
const [OURS, THEIRS, MANY] = [101, 987654, 303];
const BODY = '{"action":"opened", "number": 12345678901234567890,\n "text":"ü"}';
const tables = (await listTenantTables(db)).map(({ name }) => name);
const others = tables.filter((name) => name !== 'deliveries');

await fillTables(
  { url, superuserUrl },
  {
    tables: others,
    tenantIds: [OURS, THEIRS],
    change: (table, tenantId) => ({
      ...(table === 'served_domains' && { domain: `${tenantId}.example` }),
      ...(table === 'tenants' && { login: `tenant-${tenantId}` }),
    }),
  },
);
await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-000000000001', tenantId: OURS, text: BODY });
await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-000000000002', tenantId: THEIRS });

async function read(tenantId: number) {
  const { stream } = await openArchive(db, { tenant_id: tenantId, login: 'acme' });
  const files = await readArchive(await buffer(stream));
  const rows = new Map(
    [...files].filter(([name]) => name.endsWith('.jsonl')).map(([name, text]) => [name, linesOf(text)]),
  );
  return { rows, manifest: JSON.parse(files.get('manifest.json') ?? '') };
}

const select = async <T>(row: z.ZodType<T>, statement: string): Promise<T[]> =>
  z.array(row).parse(await query(superuserUrl, statement));

function withoutBody(table: string, { body, ...row }: Record<string, unknown>): Record<string, unknown> {
  return table === 'deliveries' ? row : { ...row, ...(body !== undefined && { body }) };
}

function linesOf(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('the archive of a tenant', () => {
  it('has every row of every table that has tenants, as the database has it, and none of another tenant', async () => {
    const { rows, manifest } = await read(OURS);
    expect([...rows.keys()].toSorted()).toEqual(tables.map((name) => `${name}.jsonl`).toSorted());
    for (const { name, leftOut } of await listArchiveTables(db)) {
      const omitted = [...leftOut, ...(name === 'deliveries' ? ['body'] : [])].map((column) => `'${column}'`);
      const stored = await select(
        z.object({ row: z.string() }),
        `select (to_jsonb(t) - array[${omitted.join(', ')}]::text[])::text as row from ${name} t where tenant_id = ${OURS}`,
      );
      const found = rows.get(`${name}.jsonl`)?.map((row) => withoutBody(name, row));
      expect([name, found]).toEqual([name, stored.map(({ row }) => JSON.parse(row))]);
      expect([name, found?.length]).toEqual([name, 1]);
      expect(manifest.tables[name]).toEqual({ rows: 1, left_out: leftOut });
    }
    expect(JSON.stringify([...rows.values()])).not.toContain(String(THEIRS));
    expect(manifest).toMatchObject({ org: { id: OURS, login: 'acme' } });
  });

  it('has what GitHub sent to the letter', async () => {
    const { rows } = await read(OURS);
    expect(rows.get('deliveries.jsonl')).toMatchObject([{ tenant_id: OURS, body: BODY }]);
  });

  it('has nothing that proves who somebody is', async () => {
    const columns = await select(z.object({ table: z.string(), column: z.string() }), secretNames);
    const leftOut = new Map((await listArchiveTables(db)).map((table) => [table.name, table.leftOut]));
    const kept = columns
      .filter(({ table, column }) => !leftOut.get(table)?.includes(column))
      .map(({ table, column }) => `${table}.${column}`);
    // Digests of entries and of texts, which show that nobody changed them; the record of a domain, which DNS shows to all.
    expect(kept).toEqual([
      'audit_chains.hash',
      'audit_chains.pruned_hash',
      'audit_log.content_hash',
      'audit_log.hash',
      'audit_log.previous_hash',
      'audit_log.salt',
      'custom_domains.token',
      'published_check_runs.content_hash',
    ]);
  });

  it('has every page of a table, each row once', async () => {
    const commits = Array.from({ length: 2_500 }, (_, index) => commitFact(1, index.toString(16).padStart(40, '0')));
    await storeFacts(db, MANY, 'many', { commits });
    const { rows, manifest } = await read(MANY);
    const shas = rows.get('commits.jsonl')?.map(({ sha }) => String(sha)) ?? [];
    expect(shas.length).toBe(2_500);
    expect(new Set(shas)).toEqual(new Set(commits.map(({ sha }) => sha)));
    expect(manifest.tables.commits.rows).toBe(2_500);
  });

  it('breaks off with its reason when the database does', async () => {
    const { stream } = await openArchive(db, { tenant_id: MANY, login: 'many' });
    await query(superuserUrl, 'alter table workflow_runs rename to gone');
    await expect(buffer(stream)).rejects.toThrow('workflow_runs');
    await query(superuserUrl, 'alter table gone rename to workflow_runs');
  });
});

const secretNames = `
  select c.relname as table, a.attname as column from pg_class c join pg_attribute a on a.attrelid = c.oid
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and attnum > 0
    and attname ~ '(hash|digest|salt|secret|token|sealed|verifier|password)$'
    and exists (select from pg_attribute own where own.attrelid = c.oid and own.attname = 'tenant_id')
  order by 1, 2`;
