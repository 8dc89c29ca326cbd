import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

const followRepositories = `
alter table repositories
  add column tracking_choice boolean,
  add column tracking_decided_at timestamptz,
  add column catch_up boolean not null default false;
comment on column repositories.tracked is 'Whether what happens in it is followed; kept in step with the plan by settleTracking.';
comment on column repositories.tracking_choice is 'What somebody has decided; null: the rule decides.';
comment on column repositories.tracking_decided_at is 'When it was last decided whether it is tracked; null: never yet.';
comment on column repositories.catch_up is 'It has become tracked: what was kept is still to be applied, and its history to be read.';
update repositories set tracking_decided_at = coalesce(named_at, now());
create index repositories_catch_up on repositories (tenant_id, repository_id) where catch_up;

alter table tenants add column catch_up boolean not null default false;
comment on column tenants.catch_up is 'Whether any of its repositories is to catch up: the instance looks here.';
create index tenants_catch_up on tenants (tenant_id) where catch_up;

alter table deliveries add column repository_id bigint;
comment on column deliveries.repository_id is 'Of a held delivery: the repository that is not tracked.';
create index deliveries_held on deliveries (tenant_id, repository_id) where state = 'held';
`;

const createTables = `
create table usage_months (
  tenant_id bigint not null,
  month date not null,
  deliveries bigint not null default 0,
  delivery_bytes bigint not null default 0,
  check_runs bigint not null default 0,
  repositories integer not null default 0,
  members integer not null default 0,
  storage_bytes bigint not null default 0,
  measured_at timestamptz,
  primary key (tenant_id, month)
);
comment on table usage_months is 'By month in UTC. Deliveries are counted as they come; the rest is the most that was measured.';

create table tenant_settings (
  tenant_id bigint primary key,
  settings jsonb not null,
  version integer not null,
  saved_at timestamptz not null default now()
);

create table branding (
  tenant_id bigint primary key,
  name text,
  primary_color text,
  secondary_color text,
  logo bytea,
  logo_type text check (logo_type in ('image/png', 'image/jpeg', 'image/svg+xml')),
  logo_width integer,
  logo_height integer,
  version integer not null,
  saved_at timestamptz not null default now()
);

create table custom_domains (
  tenant_id bigint primary key,
  domain text not null,
  token text not null,
  claimed_at timestamptz not null default now(),
  verified_at timestamptz,
  checked_at timestamptz,
  missing_since timestamptz,
  error text
);
comment on table custom_domains is 'What a tenant wants to be served at, and what its DNS said.';
comment on column custom_domains.missing_since is 'Since when the record of a verified domain is gone.';

create table shares (
  tenant_id bigint not null,
  share_id bigint generated always as identity,
  token_hash text not null,
  name text not null,
  view jsonb not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, share_id),
  unique (tenant_id, token_hash)
);
comment on column shares.token_hash is 'SHA-256 of the token, in hexadecimal.';
`;

const tenantTables = ['usage_months', 'tenant_settings', 'branding', 'custom_domains', 'shares'];

/** Not the tenants': it says whose a request is, before anybody knows. One tenant a domain. */
const createServedDomains = `
create table served_domains (
  domain text primary key,
  tenant_id bigint not null
);
comment on table served_domains is 'The verified custom domains.';
grant select, insert, update, delete on served_domains to shiplog_instance;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(followRepositories).execute(db);
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, tenantTables);
  await sql.raw(createServedDomains).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    drop table served_domains, ${tenantTables.toReversed().join(', ')};
    update deliveries set state = 'pending' where state = 'held';
    drop index deliveries_held;
    alter table deliveries drop column repository_id;
    drop index tenants_catch_up;
    alter table tenants drop column catch_up;
    drop index repositories_catch_up;
    alter table repositories drop column catch_up, drop column tracking_decided_at, drop column tracking_choice;
  `)
    .execute(db);
}
