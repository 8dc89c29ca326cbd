import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

const createTables = `
create table releases (
  tenant_id bigint not null,
  repository_id bigint not null,
  release_id bigint not null,
  tag_name text,
  name text,
  draft boolean,
  prerelease boolean,
  author_id bigint,
  target_commitish text,
  created_at timestamptz,
  published_at timestamptz,
  observed_at timestamptz,
  observed_rank bigint,
  deleted_at timestamptz,
  primary key (tenant_id, repository_id, release_id)
);
create index releases_tag_name on releases (tenant_id, repository_id, tag_name);

create table workflow_runs (
  tenant_id bigint not null,
  repository_id bigint not null,
  workflow_run_id bigint not null,
  run_attempt integer not null,
  name text,
  path text,
  event text,
  head_branch text,
  head_sha text not null,
  status text,
  conclusion text,
  actor_id bigint,
  created_at timestamptz not null,
  started_at timestamptz,
  updated_at timestamptz not null,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, workflow_run_id)
);

create table deployments (
  tenant_id bigint not null,
  repository_id bigint not null,
  deployment_id bigint not null,
  sha text not null,
  ref text,
  task text,
  environment text not null,
  production_environment boolean,
  transient_environment boolean,
  creator_id bigint,
  created_at timestamptz not null,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, deployment_id)
);
create index deployments_latest on deployments (tenant_id, created_at desc);
create index deployments_id on deployments (tenant_id, deployment_id);
create index deployments_created_at on deployments (tenant_id, repository_id, created_at desc, deployment_id desc);

create table deployment_statuses (
  tenant_id bigint not null,
  repository_id bigint not null,
  deployment_id bigint not null,
  deployment_status_id bigint not null,
  state text not null,
  environment text,
  creator_id bigint,
  created_at timestamptz not null,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, deployment_id, deployment_status_id)
);

create table check_runs (
  tenant_id bigint not null,
  repository_id bigint not null,
  check_run_id bigint not null,
  name text not null,
  external_id text,
  head_sha text not null,
  status text not null,
  conclusion text,
  started_at timestamptz,
  completed_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, check_run_id)
);
comment on table check_runs is 'Those of Shiplog itself.';
`;

const tenantTables = ['releases', 'workflow_runs', 'deployments', 'deployment_statuses', 'check_runs'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, tenantTables);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`drop table ${tenantTables.toReversed().join(', ')}`).execute(db);
}
