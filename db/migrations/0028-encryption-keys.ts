import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    create table encryption_keys (
      key_id text primary key,
      check_value bytea not null,
      created_at timestamptz not null default now()
    );
    comment on table encryption_keys is 'Those that secrets at rest are encrypted with; the keys themselves are nowhere.';
    comment on column encryption_keys.check_value is 'A word that is known, encrypted with the key: whoever comes with another key does not find it.';
    grant select, insert, delete on encryption_keys to shiplog_instance;
  `)
    .execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('drop table encryption_keys').execute(db);
}
