import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { recomputeAll } from '../../src/metrics/derive/recompute.ts';
import type { MadeTenant } from './made-tenant.ts';
import { timed } from './timing.ts';

/** The first recompute of a tenant, one that finds all of that right, and one that finds each tenth commit elsewhere. */
export async function measureRecompute(db: Database, { tenantId }: MadeTenant): Promise<void> {
  const first = await measure(db, { tenantId, name: 'first' });
  const least = await copyDerived(db, tenantId);
  console.log(`bare inserts  of the same rows: ${(least / 1_000).toFixed(1)} s; ratio ${(least / first).toFixed(2)}`);
  await measure(db, { tenantId, name: 'again' });
  await misplace(db, tenantId);
  await measure(db, { tenantId, name: 'with a tenth to put right' });
}

async function measure(db: Database, { tenantId, name }: { tenantId: number; name: string }): Promise<number> {
  const { result, ms } = await timed(() => recomputeAll(db, tenantId));
  const differed = result.tables.reduce((sum, table) => sum + table.differed, 0);
  console.log(`recompute     ${name}: ${(ms / 1_000).toFixed(1)} s, ${differed} rows differed, ${memory()} MB`);
  return ms;
}

async function misplace(db: Database, tenantId: number): Promise<void> {
  await withTenant(db, tenantId, async (trx) => {
    for (const table of ['shipped_commits', 'deployment_changes']) {
      await sql`
        update ${sql.table(table)} set finished_at = finished_at + interval '1 hour'
        where tenant_id = ${tenantId} and hashtext(sha) % 10 = 0`.execute(trx);
    }
  });
}

function memory(): string {
  return (process.memoryUsage().rss / 2 ** 20).toFixed(0);
}

const tables = ['shipped_commits', 'deployment_changes', 'merged_pull_requests', 'production_deployments'];
const AWAY = 1_000_000;

/**
 * The least that writing these rows can cost: into the same tables with their indexes, for repositories of other
 * numbers, which go again.
 * @returns milliseconds
 */
async function copyDerived(db: Database, tenantId: number): Promise<number> {
  const { ms } = await timed(() =>
    withTenant(db, tenantId, async (trx) => {
      for (const table of tables) {
        const { rows } = await sql<{ columns: string; values: string }>`
          select string_agg(quote_ident(attname), ', ' order by attnum) as columns,
            string_agg(case attname when 'repository_id' then 'repository_id + ' || ${AWAY}::text
              else quote_ident(attname) end, ', ' order by attnum) as values
          from pg_attribute
          where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`.execute(trx);
        const { columns = '', values = '' } = rows[0] ?? {};
        await sql`
          insert into ${sql.table(table)} (${sql.raw(columns)}) select ${sql.raw(values)}
          from ${sql.table(table)} where tenant_id = ${tenantId} and repository_id < ${AWAY}`.execute(trx);
      }
    }),
  );
  await withTenant(db, tenantId, async (trx) => {
    for (const table of tables) {
      await sql`
        delete from ${sql.table(table)} where tenant_id = ${tenantId} and repository_id >= ${AWAY}`.execute(trx);
    }
  });
  return ms;
}
