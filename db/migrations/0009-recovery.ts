import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

// The scans, what they could not bring back, and the receipts of purges are the instance's: a scan is over all
// tenants, and a receipt outlives its tenant.
const createTables = `
create table hook_delivery_scans (
  scan_id bigint generated always as identity primary key,
  started_at timestamptz not null default now(),
  covers_from timestamptz not null,
  next_page jsonb,
  pages integer not null default 0,
  listed integer not null default 0,
  recovered integer not null default 0,
  lost integer not null default 0,
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);
comment on table hook_delivery_scans is 'Listings of the App''s hook deliveries on GitHub, the newest first, down to covers_from.';
comment on column hook_delivery_scans.next_page is 'Where to go on after a restart; null before the first page.';
-- One at a time: whoever finds one that is not finished goes on with it.
create unique index hook_delivery_scans_unfinished on hook_delivery_scans ((true)) where finished_at is null;

create table lost_deliveries (
  guid uuid primary key,
  event text not null,
  action text,
  installation_id bigint,
  delivered_at timestamptz not null,
  reason text not null,
  found_at timestamptz not null default now()
);
comment on table lost_deliveries is 'GitHub has them listed as sent, and can not give them any more.';
create index lost_deliveries_installation on lost_deliveries (installation_id);

create table purges (
  purge_id bigint generated always as identity primary key,
  account_id bigint not null,
  installation_ids bigint[] not null,
  uninstalled_at timestamptz not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  state text not null default 'running' check (state in ('running', 'done', 'revived')),
  rows jsonb not null default '{}'
);
comment on table purges is 'Receipts: what was removed of an account that uninstalled the app, in rows by table.';
comment on column purges.account_id is 'The tenant''s id. Not named so: the purge removes the rows of every table that has a tenant_id.';
create unique index purges_running on purges (account_id) where state = 'running';

create table count_checks (
  tenant_id bigint not null,
  repository_id bigint not null,
  entity text not null,
  stored integer not null,
  total integer not null,
  checked_at timestamptz not null,
  step text not null default 'none' check (step in ('none', 'gap', 'full', 'listed')),
  primary key (tenant_id, repository_id, entity)
);
comment on table count_checks is 'How many a repository has here and on GitHub, as of the last comparison.';
comment on column count_checks.step is 'What has been done about a difference: the pages since the last pass, all pages, or the list of ids.';
`;

const instanceTables = ['hook_delivery_scans', 'lost_deliveries', 'purges'];
const tenantTables = ['count_checks'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTables).execute(db);
  for (const table of instanceTables) {
    await sql.raw(`grant select, insert, update, delete on ${table} to shiplog_instance`).execute(db);
  }
  await addTenantPolicy(db, tenantTables);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`drop table ${[...instanceTables, ...tenantTables].toReversed().join(', ')}`).execute(db);
}
