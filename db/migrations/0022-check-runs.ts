import { type Kysely, sql } from 'kysely';
import { addRepositoryPolicy } from './repository-policy.ts';
import { addTenantPolicy } from './tenant-policy.ts';

const addColumns = `
alter table pull_requests
  add column fork boolean,
  add column requested_reviewers text[],
  add column requested_teams text[],
  add column requested_at timestamptz,
  add column requested_rank bigint;
comment on column pull_requests.fork is 'Whether its branch is in another repository.';
comment on column pull_requests.requested_reviewers is 'Logins of those whose review is asked for, and has not come.';
create index pull_requests_head_sha on pull_requests (tenant_id, repository_id, head_sha);
create index pull_requests_open on pull_requests (tenant_id, repository_id, number) where state = 'open';
`;

const createTables = `
create table published_check_runs (
  tenant_id bigint not null,
  repository_id bigint not null,
  head_sha text not null,
  number integer,
  merge_group boolean not null default false,
  check_run_id bigint,
  sending_since timestamptz,
  content_hash text,
  standing text,
  refresh_at timestamptz,
  published_at timestamptz,
  error text,
  primary key (tenant_id, repository_id, head_sha)
);
comment on table published_check_runs is 'What Shiplog says on a head, and what it is about to say: one check run a head.';
comment on column published_check_runs.number is 'Of the pull request that it is about; null: a merge group of which none is known.';
comment on column published_check_runs.check_run_id is 'Null until GitHub''s answer is stored; it may have one all the same.';
comment on column published_check_runs.sending_since is 'Set before GitHub is asked to write, null when its answer is stored.';
comment on column published_check_runs.content_hash is 'Of what GitHub has.';
comment on column published_check_runs.standing is 'What deployments and incidents made of the pull request when it was last looked at.';
comment on column published_check_runs.refresh_at is 'When its words change by the passing of time alone.';
comment on column published_check_runs.error is 'Why GitHub does not take it, where trying again does not help.';
create index published_check_runs_refresh on published_check_runs (tenant_id, refresh_at) where refresh_at is not null;
create index published_check_runs_sending on published_check_runs (tenant_id, sending_since) where sending_since is not null;
create index published_check_runs_number on published_check_runs (tenant_id, repository_id, number);

create table hidden_check_runs (
  tenant_id bigint not null,
  repository_id bigint not null,
  number integer not null,
  hidden_by text not null,
  hidden_at timestamptz not null default now(),
  primary key (tenant_id, repository_id, number)
);
comment on table hidden_check_runs is 'Pull requests on which somebody does not want to see the summary.';

create table check_run_settings (
  tenant_id bigint not null,
  repository_id bigint not null,
  version integer not null,
  settings jsonb not null,
  saved_at timestamptz not null default now(),
  primary key (tenant_id, repository_id, version)
);
comment on column check_run_settings.repository_id is '0: of every repository that has none of its own.';
`;

const tenantTables = ['published_check_runs', 'hidden_check_runs', 'check_run_settings'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(addColumns).execute(db);
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, tenantTables);
  await addRepositoryPolicy(db, tenantTables);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`drop table ${tenantTables.toReversed().join(', ')}`).execute(db);
  await sql.raw('drop index pull_requests_open, pull_requests_head_sha').execute(db);
  await sql
    .raw(`alter table pull_requests drop column fork, drop column requested_reviewers, drop column requested_teams,
      drop column requested_at, drop column requested_rank`)
    .execute(db);
}
