import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    alter table published_check_runs
      add column title text,
      add column conclusion text,
      add column review_effort jsonb;
    comment on column published_check_runs.review_effort is 'What there was to read when it was last looked at; null: it is not said.';
  `)
    .execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw('alter table published_check_runs drop column title, drop column conclusion, drop column review_effort')
    .execute(db);
}
