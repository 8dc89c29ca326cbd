import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

/**
 * Two roles carry the isolation. `shiplog_app` works inside one tenant, under row-level security that it cannot
 * bypass; `shiplog_instance` sees deliveries and the list of tenants, and no tenant's data.
 * Roles belong to the whole cluster, so an administrator or another database may have made them already, even at this
 * moment. PostgreSQL 16 tells the right to take a role from the membership in it.
 */
const createRoles = `
do $$
declare wanted text;
begin
  foreach wanted in array array['shiplog_app', 'shiplog_instance'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin nosuperuser nobypassrls', wanted);
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    if not pg_has_role(current_user, wanted, case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
end $$;
grant usage on schema public to shiplog_app, shiplog_instance;
`;

const createTables = `
create table tenants (
  tenant_id bigint primary key,
  login text not null,
  type text not null check (type in ('Organization', 'User')),
  plan text not null default 'enterprise',
  created_at timestamptz not null default now(),
  observed_at timestamptz not null,
  observed_rank bigint not null
);
comment on table tenants is 'One per GitHub account that installed the app; tenant_id is the account''s id on GitHub.';
create index tenants_login on tenants (lower(login));

create table installations (
  tenant_id bigint not null references tenants,
  installation_id bigint not null,
  app_id bigint,
  repository_selection text check (repository_selection in ('all', 'selected')),
  permissions jsonb,
  events text[],
  created_at timestamptz,
  suspended_at timestamptz,
  observed_at timestamptz,
  observed_rank bigint,
  deleted_at timestamptz,
  primary key (tenant_id, installation_id)
);

create table members (
  tenant_id bigint not null references tenants,
  user_id bigint not null,
  role text not null check (role in ('owner', 'admin', 'manager', 'developer', 'viewer')),
  source text not null check (source in ('github', 'manual')),
  removed_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, user_id)
);

create table contributors (
  tenant_id bigint not null,
  contributor_id bigint not null,
  login text,
  name text,
  type text not null check (type in ('User', 'Bot')),
  observed_at timestamptz,
  observed_rank bigint,
  primary key (tenant_id, contributor_id)
);
comment on column contributors.contributor_id is
  'GitHub''s user id; negative for a person known only by login or by email, then a hash of that.';
create index contributors_login on contributors (tenant_id, lower(login));

create table contributor_logins (
  tenant_id bigint not null,
  login text not null,
  contributor_id bigint not null,
  seen_at timestamptz not null,
  seen_rank bigint not null,
  primary key (tenant_id, login, contributor_id)
);

create table contributor_emails (
  tenant_id bigint not null,
  email text not null,
  contributor_id bigint not null default 0,
  name text,
  named_at timestamptz,
  named_rank bigint,
  login text,
  user_id bigint,
  linked_at timestamptz,
  linked_rank bigint,
  primary key (tenant_id, email)
);
comment on column contributor_emails.contributor_id is '0 until resolved, within the transaction that changed the row.';
create index contributor_emails_contributor on contributor_emails (tenant_id, contributor_id);
create index contributor_emails_login on contributor_emails (tenant_id, login);

create table teams (
  tenant_id bigint not null,
  team_id bigint not null,
  slug text not null,
  name text not null,
  parent_id bigint,
  removed_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, team_id)
);

create table team_members (
  tenant_id bigint not null,
  team_id bigint not null,
  user_id bigint not null,
  role text check (role in ('member', 'maintainer')),
  removed_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, team_id, user_id)
);

create table team_repositories (
  tenant_id bigint not null,
  team_id bigint not null,
  repository_id bigint not null,
  permission text,
  removed_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, team_id, repository_id)
);

create table repository_collaborators (
  tenant_id bigint not null,
  repository_id bigint not null,
  user_id bigint not null,
  permission text,
  removed_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, user_id)
);
`;

const tenantTables = [
  'tenants',
  'installations',
  'members',
  'contributors',
  'contributor_logins',
  'contributor_emails',
  'teams',
  'team_members',
  'team_repositories',
  'repository_collaborators',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createRoles).execute(db);
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, tenantTables);
  await sql
    .raw(`
    create policy instance on tenants for select to shiplog_instance using (true);
    grant select on tenants to shiplog_instance;
  `)
    .execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`drop table ${tenantTables.toReversed().join(', ')}`).execute(db);
  await sql.raw('revoke usage on schema public from shiplog_app, shiplog_instance').execute(db);
}
