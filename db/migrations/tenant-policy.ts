import { type Kysely, sql } from 'kysely';

/**
 * Gives new tables to the application's role, each row to its tenant alone. Migrations that have run rely on it:
 * another policy gets a function of its own.
 */
export async function addTenantPolicy(db: Kysely<unknown>, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    await sql
      .raw(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy tenant on ${table} to shiplog_app
        using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint);
      grant select, insert, update, delete on ${table} to shiplog_app;
    `)
      .execute(db);
  }
}
