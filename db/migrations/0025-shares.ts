import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    alter table shares drop column revoked_at, add column user_id bigint;
    comment on column shares.user_id is 'Who shares: nobody sees more by it than they do. Null: a token, or the operator.';
  `)
    .execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table shares drop column user_id, add column revoked_at timestamptz').execute(db);
}
