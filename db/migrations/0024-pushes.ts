import { type Kysely, sql } from 'kysely';
import { addRepositoryPolicy } from './repository-policy.ts';
import { addTenantPolicy } from './tenant-policy.ts';

const createTable = `
create table pushes (
  tenant_id bigint not null,
  repository_id bigint not null,
  head_sha text not null,
  shas text[] not null,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, head_sha)
);
comment on table pushes is 'Which commits came with the push of which head: history does not tell it, webhooks alone do.';
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTable).execute(db);
  await addTenantPolicy(db, ['pushes']);
  await addRepositoryPolicy(db, ['pushes']);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table pushes`.execute(db);
}
