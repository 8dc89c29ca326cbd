import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    alter table contributors add column before_merge jsonb;
    comment on column contributors.before_merge is 'Of one that is merged: its own bot and excluded, which come back when it is taken apart. Until then it has those of the person.';
  `)
    .execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table contributors drop column before_merge').execute(db);
}
