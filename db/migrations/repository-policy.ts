import { type Kysely, sql } from 'kysely';

/**
 * `app.repositories` is such as `,0,11,12,`; 0 stands for the organization as a whole. The list becomes a hash table once
 * a query: 0.2 µs a row, however long it is.
 */
const isListed = `repository_id in (
  select unnest(string_to_array(trim(both ',' from current_setting('app.repositories', true)), ',')::bigint[]))`;

/** Citus takes no subquery in a policy. 0.5 to 1 µs a row with a hundred repositories. */
const isListedInText = `strpos(current_setting('app.repositories', true), ',' || repository_id || ',') > 0`;

/**
 * Hides rows of repositories that a person may not read from the role `shiplog_person`, which has everything else that
 * `shiplog_app` has. Migrations that have run rely on it: another policy gets a function of its own.
 */
export async function addRepositoryPolicy(db: Kysely<unknown>, tables: readonly string[]): Promise<void> {
  const { rows } = await sql`select from pg_extension where extname = 'citus'`.execute(db);
  const condition = rows.length > 0 ? isListedInText : isListed;
  for (const table of tables) {
    await sql
      .raw(`create policy repository on ${table} as restrictive to shiplog_person using (${condition})`)
      .execute(db);
  }
}

export async function dropRepositoryPolicy(db: Kysely<unknown>, tables: readonly string[]): Promise<void> {
  for (const table of tables) await sql.raw(`drop policy repository on ${table}`).execute(db);
}
