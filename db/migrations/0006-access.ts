import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

// What GitHub says of an organization's people are facts; `members`, who is what in Shiplog, is derived from them, and
// what somebody set by hand stays.
const createFacts = `
create table organization_members (
  tenant_id bigint not null,
  user_id bigint not null,
  role text not null check (role in ('owner', 'member')),
  removed_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, user_id)
);
insert into organization_members (tenant_id, user_id, role, removed_at, observed_at, observed_rank)
select tenant_id, user_id, case role when 'owner' then 'owner' else 'member' end, removed_at, observed_at, observed_rank
from members;

create table organization_settings (
  tenant_id bigint not null,
  base_permission text,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id)
);
comment on column organization_settings.base_permission is 'What every member may do in every repository; null when GitHub does not tell.';

create table custom_repository_roles (
  tenant_id bigint not null,
  role_id bigint not null,
  name text not null,
  base_role text not null,
  removed_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, role_id)
);

alter table members drop column observed_at, drop column observed_rank;
alter table teams add column lead_id bigint;
comment on column teams.lead_id is 'Set by hand.';
create index team_members_user on team_members (tenant_id, user_id);
create index team_repositories_repository on team_repositories (tenant_id, repository_id);
create index repository_collaborators_user on repository_collaborators (tenant_id, user_id);
`;

const createAccess = `
create table access_reads (
  tenant_id bigint not null,
  scope text not null check (scope in ('members', 'teams', 'base_permission', 'custom_roles', 'collaborators')),
  repository_id bigint not null default 0,
  first_read_at timestamptz,
  read_at timestamptz not null,
  reason text,
  primary key (tenant_id, scope, repository_id)
);
comment on table access_reads is 'What was read of GitHub to know who has access, and when last.';
comment on column access_reads.repository_id is 'Of the scope collaborators; else 0.';
comment on column access_reads.reason is 'Why it could not be read; null when it was.';

create table access_differences (
  tenant_id bigint not null,
  repository_id bigint not null,
  user_id bigint not null,
  computed_level text not null,
  github_level text not null,
  observed_at timestamptz not null,
  primary key (tenant_id, repository_id, user_id)
);
comment on table access_differences is
  'Where GitHub says another level than its own grants come to. It holds as long as the grants come to computed_level.';

create table repository_access (
  tenant_id bigint not null,
  repository_id bigint not null,
  user_id bigint not null,
  valid_from timestamptz not null,
  valid_to timestamptz,
  level text not null check (level in ('none', 'read', 'triage', 'write', 'maintain', 'admin', 'unknown')),
  custom_role text,
  path text,
  computed_level text not null,
  github_level text,
  reason text,
  previous_level text,
  ended boolean not null default false,
  primary key (tenant_id, repository_id, user_id, valid_from)
);
comment on table repository_access is 'Derived. Who has which access; at most one row of a person and a repository is open. No row: none.';
comment on column repository_access.github_level is 'What GitHub says, where it differs from computed_level.';
comment on column repository_access.previous_level is 'Null where the first reading of the repository found it: that is no change.';
comment on column repository_access.ended is 'Closed, and no row followed.';
create index repository_access_person on repository_access (tenant_id, user_id, repository_id);
create index repository_access_open on repository_access (tenant_id, repository_id, user_id) where valid_to is null;
create index repository_access_latest on repository_access (tenant_id, valid_from);
create index repository_access_gained on repository_access (tenant_id, valid_from, repository_id, user_id)
  where previous_level <> level;
create index repository_access_lost on repository_access (tenant_id, valid_to, repository_id, user_id) where ended;
`;

const tenantTables = [
  'organization_members',
  'organization_settings',
  'custom_repository_roles',
  'access_reads',
  'access_differences',
  'repository_access',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createFacts).execute(db);
  await sql.raw(createAccess).execute(db);
  await addTenantPolicy(db, tenantTables);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    drop index repository_collaborators_user, team_repositories_repository, team_members_user;
    alter table teams drop column lead_id;
    alter table members add column observed_at timestamptz not null default now(),
      add column observed_rank bigint not null default 0;
    alter table members alter column observed_at drop default, alter column observed_rank drop default;
    drop table ${tenantTables.toReversed().join(', ')};
  `)
    .execute(db);
}
