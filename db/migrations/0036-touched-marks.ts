import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table touched_facts add column marked boolean not null default false`.execute(db);
  await sql`
    comment on column touched_facts.marked is 'Somebody marked a deployment, or took a mark back.'`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table touched_facts drop column marked`.execute(db);
}
