import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { type DerivedTable, derivedTables, Differences } from './differences.ts';

export interface TableRows {
  readonly table: DerivedTable;
  readonly rows: number;
  /** How many were not what facts make of them, with those that are no more. */
  readonly differed: number;
}

/** The repositories of a tenant, and any other that something is derived of. */
export async function listRepositories(trx: Trx, tenantId: number): Promise<number[]> {
  const known = ['repositories', ...derivedTables].map(
    (table) => sql`select repository_id from ${sql.table(table)} where tenant_id = ${tenantId}`,
  );
  const { rows } = await sql<{ repository_id: number }>`
    ${sql.join(known, sql` union `)} order by 1`.execute(trx);
  return rows.map(({ repository_id }) => repository_id);
}

export async function isKnown(trx: Trx, { tenantId, repositoryId }: Place): Promise<boolean> {
  const { rows } = await sql`
    select from repositories where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  return rows.length > 0;
}

/** Of a repository that is not known. @returns all of them: none of them is right */
export async function removeRows(trx: Trx, { tenantId, repositoryId }: Place): Promise<Differences> {
  const removed = new Differences();
  for (const table of derivedTables) {
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
    removed.note(table, Number(numAffectedRows));
  }
  return removed;
}

export async function countRows(trx: Trx, tenantId: number, differences: Differences): Promise<TableRows[]> {
  const counts = derivedTables.map(
    (table) => sql`
      (select count(*) from ${sql.table(table)} where tenant_id = ${tenantId}) as ${sql.ref(table)}`,
  );
  const { rows } = await sql<Record<DerivedTable, number>>`select ${sql.join(counts)}`.execute(trx);
  const [counted] = rows;
  if (!counted) throw new Error('a query without a table has one row');
  return derivedTables.map((table) => ({ table, rows: counted[table], differed: differences.of(table) }));
}
