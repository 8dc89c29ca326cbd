import { type Kysely, sql } from 'kysely';

/** An issue may be an incident without a label, by the word of a person who links it to a deployment. */
const addColumns = `
alter table incidents add column by_hand boolean not null default false;
comment on column incidents.by_hand is 'It has no label of incidents: somebody linked it to a deployment.';
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(addColumns).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table incidents drop column by_hand`.execute(db);
}
