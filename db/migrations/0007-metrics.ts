import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

const createTables = `
create table touched_facts (
  tenant_id bigint not null,
  touched_id bigint generated always as identity,
  repository_id bigint not null,
  pulls integer[] not null default '{}',
  issues integer[] not null default '{}',
  commits text[] not null default '{}',
  deployments bigint[] not null default '{}',
  others boolean not null default false,
  primary key (tenant_id, touched_id)
);
comment on table touched_facts is 'Which facts changed since the derived rows were computed; written with the facts.';
comment on column touched_facts.others is 'A release, a tag or a workflow run.';

create table metric_definitions (
  tenant_id bigint not null,
  repository_id bigint not null,
  version integer not null,
  definition jsonb not null,
  saved_at timestamptz not null default now(),
  primary key (tenant_id, repository_id, version)
);
comment on column metric_definitions.repository_id is '0: of every repository that has none of its own.';

create table deployment_sources (
  tenant_id bigint not null,
  repository_id bigint not null,
  source text not null,
  automatic boolean not null,
  definition_version integer not null,
  primary key (tenant_id, repository_id)
);

create table production_deployments (
  tenant_id bigint not null,
  repository_id bigint not null,
  deployment_id bigint not null,
  source text not null,
  environment text not null,
  sha text not null,
  ref text,
  outcome text not null check (outcome in ('success', 'failure')),
  finished_at timestamptz not null,
  failed_again_at timestamptz,
  baseline boolean not null default false,
  attributed boolean not null default false,
  rollback_of bigint,
  primary key (tenant_id, repository_id, deployment_id)
);
comment on table production_deployments is 'The finished ones, of the source that is chosen for the repository.';
comment on column production_deployments.failed_again_at is 'The first failure or error after its success.';
comment on column production_deployments.rollback_of is 'For a rollback: the deployment that it blames.';
create index production_deployments_chain on production_deployments
  (tenant_id, repository_id, environment, finished_at, deployment_id) where outcome = 'success';
create index production_deployments_success on production_deployments
  (tenant_id, repository_id, finished_at, deployment_id) where outcome = 'success';
create index production_deployments_finished on production_deployments (tenant_id, finished_at);
create index production_deployments_open on production_deployments
  (tenant_id, repository_id) where outcome = 'success' and not attributed;
create index production_deployments_failed on production_deployments
  (tenant_id, repository_id) where outcome = 'failure' or failed_again_at is not null or rollback_of is not null;

create table shipped_commits (
  tenant_id bigint not null,
  repository_id bigint not null,
  sha text not null,
  environment text not null,
  deployment_id bigint not null,
  finished_at timestamptz not null,
  parents_known boolean not null,
  primary key (tenant_id, repository_id, sha, environment)
);
comment on table shipped_commits is 'Every commit that a chain has reached, with the first of its deployments that reaches it.';
create index shipped_commits_deployment on shipped_commits (tenant_id, repository_id, deployment_id);
create index shipped_commits_gaps on shipped_commits (tenant_id, repository_id) where not parents_known;

create table deployment_changes (
  tenant_id bigint not null,
  repository_id bigint not null,
  deployment_id bigint not null,
  sha text not null,
  number integer not null default 0,
  rule text not null,
  is_change boolean not null,
  finished_at timestamptz not null,
  standing text not null check (standing in ('first', 'later', 'baseline')),
  author_id bigint,
  author_email text,
  started_at timestamptz,
  primary key (tenant_id, repository_id, deployment_id, sha, number)
);
comment on table deployment_changes is 'The commits that a deployment ships: those that are a change, and those that are part of one.';
comment on column deployment_changes.number is 'Of the pull request; 0: a commit that belongs to none.';
comment on column deployment_changes.standing is
  'first: the change''s first production deployment; later: it was in another environment before; baseline: before, in the first deployment of another environment.';
create index deployment_changes_number on deployment_changes (tenant_id, repository_id, number) where number > 0;
create index deployment_changes_sha on deployment_changes (tenant_id, repository_id, sha);
create index deployment_changes_finished on deployment_changes (tenant_id, finished_at) where is_change;

create table merged_pull_requests (
  tenant_id bigint not null,
  repository_id bigint not null,
  number integer not null,
  author_id bigint,
  created_at timestamptz not null,
  ready_at timestamptz not null,
  first_commit_at timestamptz,
  first_review_at timestamptz,
  merged_at timestamptz not null,
  merge_commit_sha text,
  reviews integer not null,
  rework_cycles integer not null,
  additions integer,
  deletions integer,
  hotfix boolean not null,
  reverts integer[] not null default '{}',
  closes integer[] not null default '{}',
  primary key (tenant_id, repository_id, number)
);
comment on column merged_pull_requests.first_commit_at is 'Null while one of its commits is not known.';
create index merged_pull_requests_merged on merged_pull_requests (tenant_id, merged_at);
create index merged_pull_requests_repairs on merged_pull_requests (tenant_id, repository_id)
  where hotfix or reverts <> '{}' or closes <> '{}';

create table incidents (
  tenant_id bigint not null,
  repository_id bigint not null,
  number integer not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  names_deployment bigint,
  names_pull integer,
  names_sha text,
  deployment_id bigint,
  rule text,
  primary key (tenant_id, repository_id, number)
);
comment on column incidents.deployment_id is 'The one that it blames; null: unlinked.';
create index incidents_opened on incidents (tenant_id, opened_at);

create table deployment_failures (
  tenant_id bigint not null,
  repository_id bigint not null,
  deployment_id bigint not null,
  kind text not null,
  linked_by text not null,
  rule text not null,
  recovered_at timestamptz,
  primary key (tenant_id, repository_id, deployment_id, kind, linked_by)
);

create table deployment_rework (
  tenant_id bigint not null,
  repository_id bigint not null,
  deployment_id bigint not null,
  kind text not null,
  linked_by text not null,
  primary key (tenant_id, repository_id, deployment_id, kind, linked_by)
);
`;

/**
 * After a bulk load the planner takes any index that starts with the tenant for the right one, until autovacuum comes
 * by: a walk over 8,000 commits then took 35 s. Roles of the application own no table, so they ask for statistics here.
 * A table that somebody else analyzes is skipped, so that no recompute waits for another one.
 */
const createAnalyze = `
create function analyze_grown_facts() returns void language plpgsql security definer set search_path = public as $$
declare grown text;
begin
  for grown in
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relname in ('commits', 'pull_requests',
        'pull_request_commits', 'reviews', 'deployments', 'deployment_statuses', 'production_deployments',
        'shipped_commits', 'deployment_changes', 'merged_pull_requests')
      and pg_relation_size(oid) / current_setting('block_size')::bigint > 2 * relpages + 8
  loop
    execute format('analyze (skip_locked) %I', grown);
  end loop;
end $$;
revoke all on function analyze_grown_facts() from public;
grant execute on function analyze_grown_facts() to shiplog_app;
`;

const tenantTables = [
  'touched_facts',
  'metric_definitions',
  'deployment_sources',
  'production_deployments',
  'shipped_commits',
  'deployment_changes',
  'merged_pull_requests',
  'incidents',
  'deployment_failures',
  'deployment_rework',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTables).execute(db);
  await sql.raw(createAnalyze).execute(db);
  await addTenantPolicy(db, tenantTables);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('drop function analyze_grown_facts()').execute(db);
  await sql.raw(`drop table ${tenantTables.toReversed().join(', ')}`).execute(db);
}
