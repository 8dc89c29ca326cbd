import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

const createTables = `
create table deployment_marks (
  tenant_id bigint not null,
  repository_id bigint not null,
  source text not null,
  deployment_id bigint not null,
  failed boolean not null,
  reason text,
  recovered_at timestamptz,
  marked_by text not null,
  marked_at timestamptz not null default now(),
  primary key (tenant_id, repository_id, source, deployment_id)
);
comment on table deployment_marks is 'What people say of a deployment: that it failed, or that it did not, whatever else says so.';

create table incident_links (
  tenant_id bigint not null,
  repository_id bigint not null,
  number integer not null,
  source text,
  deployment_id bigint,
  linked_by text not null,
  linked_at timestamptz not null default now(),
  primary key (tenant_id, repository_id, number)
);
comment on column incident_links.deployment_id is 'What people say that the incident blames; null: nothing.';

create table set_aside_failures (
  tenant_id bigint not null,
  repository_id bigint not null,
  deployment_id bigint not null,
  kind text not null,
  linked_by text not null,
  rule text not null,
  recovered_at timestamptz,
  primary key (tenant_id, repository_id, deployment_id, kind, linked_by)
);
comment on table set_aside_failures is 'Derived causes of deployments of which people say that they did not fail. They count nowhere.';

create table audit_log (
  tenant_id bigint not null,
  entry_id bigint generated always as identity,
  actor text not null,
  action text not null,
  target text not null,
  before jsonb,
  after jsonb,
  at timestamptz not null default now(),
  address text,
  user_agent text,
  primary key (tenant_id, entry_id)
);
comment on table audit_log is 'Every change by a person or a program; written in the transaction of the change.';
`;

const tenantTables = ['deployment_marks', 'incident_links', 'set_aside_failures'];
const ownRows = `tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint`;

const appendOnly = `
alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy tenant on audit_log to shiplog_app using (${ownRows});
grant select, insert on audit_log to shiplog_app;
create policy purge on audit_log to shiplog_instance using (${ownRows}) with check (false);
grant select, delete on audit_log to shiplog_instance;
comment on policy purge on audit_log is 'Only the purge of an uninstalled tenant names a tenant in this role.';
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, tenantTables);
  await sql.raw(appendOnly).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`drop table ${[...tenantTables, 'audit_log'].toReversed().join(', ')}`).execute(db);
}
