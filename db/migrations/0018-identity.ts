import { type Kysely, sql } from 'kysely';
import { addRepositoryPolicy, dropRepositoryPolicy } from './repository-policy.ts';
import { addTenantPolicy } from './tenant-policy.ts';

const createTokens = `
create table api_tokens (
  tenant_id bigint not null,
  token_id bigint generated always as identity,
  name text not null,
  token_hash text not null,
  hint text not null,
  role text not null check (role in ('viewer', 'developer', 'manager', 'admin', 'owner')),
  scopes text[] not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  rotated_at timestamptz,
  previous_hash text,
  previous_expires_at timestamptz,
  last_used_at timestamptz,
  last_used_address text,
  primary key (tenant_id, token_id)
);
comment on column api_tokens.token_hash is 'SHA-256; the token itself is nowhere.';
comment on column api_tokens.hint is 'Its last characters, to tell one from another.';
comment on column api_tokens.previous_hash is 'Of the token before its rotation, which holds until previous_expires_at.';
create unique index api_tokens_hash on api_tokens (tenant_id, token_hash);
`;

/** Who was invited, or has a role by hand, and the sessions of people, who may be members of several tenants. */
const createPeople = `
alter table members
  add column joined_at timestamptz not null default now(),
  add column invited_by text,
  add column can_manage_members boolean,
  add column can_manage_repositories boolean,
  add column can_view_analytics boolean,
  add column can_export_data boolean;
comment on column members.invited_by is 'Who invited them; null for those who come from GitHub.';
comment on column members.can_manage_members is 'This and the following: null is as the role has it.';
create index members_user on members (user_id) where removed_at is null;
create policy person on members for select to shiplog_instance
  using (user_id = nullif(current_setting('app.user_id', true), '')::bigint);
grant select (tenant_id, user_id, role, source, removed_at) on members to shiplog_instance;
comment on policy person on members is 'Where one person is a member: only of whom the instance names.';

create table invitations (
  tenant_id bigint not null,
  invitation_id bigint generated always as identity,
  token_hash text not null,
  invitee text not null,
  invitee_kind text not null check (invitee_kind in ('login', 'email')),
  user_id bigint,
  role text not null check (role in ('viewer', 'developer', 'manager', 'admin', 'owner')),
  can_manage_members boolean,
  can_manage_repositories boolean,
  can_view_analytics boolean,
  can_export_data boolean,
  invited_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by bigint,
  primary key (tenant_id, invitation_id)
);
comment on column invitations.user_id is 'Whose login it was when the invitation was made; null when nobody knew.';
create unique index invitations_hash on invitations (tenant_id, token_hash);

create table sessions (
  session_hash text primary key,
  user_id bigint not null,
  login text not null,
  tenant_ids bigint[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz not null default now(),
  address text,
  user_agent text
);
comment on table sessions is 'People who are logged in; they belong to no tenant.';
comment on column sessions.tenant_ids is 'The accounts whose installation GitHub said they may access, at their login.';
create index sessions_user on sessions (user_id);
create index sessions_tenants on sessions using gin (tenant_ids);
create index sessions_expires on sessions (expires_at);
grant select, insert, update, delete on sessions to shiplog_instance;
`;

/**
 * What a person sees: all that `shiplog_app` does, but for the repositories that they may not read on GitHub. As in the
 * first migration, an administrator or another database may have made the role already.
 */
const createRole = `
do $$
begin
  if not exists (select from pg_roles where rolname = 'shiplog_person') then
    begin
      create role shiplog_person nologin nosuperuser nobypassrls;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
  if not pg_has_role('shiplog_person', 'shiplog_app', 'usage') then
    grant shiplog_app to shiplog_person;
  end if;
  if not pg_has_role(current_user, 'shiplog_person', case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) then
    grant shiplog_person to current_user;
  end if;
end $$;
`;

const tenantTables = ['api_tokens', 'invitations'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTokens).execute(db);
  await sql.raw(createPeople).execute(db);
  await addTenantPolicy(db, tenantTables);
  await sql.raw(createRole).execute(db);
  await addRepositoryPolicy(db, await listTables(db));
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await dropRepositoryPolicy(db, await listTables(db));
  await sql
    .raw(`
    drop table sessions, ${tenantTables.toReversed().join(', ')};
    drop policy person on members;
    revoke select on members from shiplog_instance;
    revoke select (tenant_id, user_id, role, source, removed_at) on members from shiplog_instance;
    drop index members_user;
    alter table members drop column joined_at, drop column invited_by, drop column can_manage_members,
      drop column can_manage_repositories, drop column can_view_analytics, drop column can_export_data;
  `)
    .execute(db);
}

/** Every table so far of what is a repository's. */
async function listTables(db: Kysely<unknown>): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class c join pg_attribute a on attrelid = c.oid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and attname = 'repository_id' and not attisdropped and has_table_privilege('shiplog_app', c.oid, 'select')
    order by relname`.execute(db);
  return rows.map(({ name }) => name);
}
