import { type Kysely, sql } from 'kysely';
import { addRepositoryPolicy } from './repository-policy.ts';
import { addTenantPolicy } from './tenant-policy.ts';

const tables = ['pull_request_file_lists', 'pull_request_files'];

/** A path may be longer than an index takes, therefore its hash. */
const createTables = `
create table pull_request_file_lists (
  tenant_id bigint not null,
  repository_id bigint not null,
  number integer not null,
  head_sha text not null,
  base_ref text not null,
  complete boolean not null,
  read_at timestamptz not null default now(),
  primary key (tenant_id, repository_id, number)
);
comment on table pull_request_file_lists is 'Which head of a pull request its files were last read of.';
comment on column pull_request_file_lists.complete is 'False: it has more than GitHub lists.';

create table pull_request_files (
  tenant_id bigint not null,
  repository_id bigint not null,
  number integer not null,
  place integer not null,
  path text not null,
  additions integer not null,
  deletions integer not null,
  primary key (tenant_id, repository_id, number, place)
);
comment on column pull_request_files.place is 'In the list, from 1.';
create index pull_request_files_path on pull_request_files (tenant_id, repository_id, md5(path));
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, tables);
  await addRepositoryPolicy(db, tables);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`drop table ${tables.toReversed().join(', ')}`).execute(db);
}
