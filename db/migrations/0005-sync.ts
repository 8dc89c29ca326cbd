import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

const createTables = `
create table syncs (
  tenant_id bigint not null references tenants,
  sync_id bigint generated always as identity,
  reason text not null
    check (reason in ('installation', 'repositories', 'unsuspend', 'permissions', 'request', 'reconciliation')),
  requested_by text,
  requested_at timestamptz not null default now(),
  repository_ids bigint[],
  state text not null default 'running' check (state in ('running', 'done', 'failed', 'cancelled')),
  finished_at timestamptz,
  error text,
  primary key (tenant_id, sync_id)
);
comment on column syncs.repository_ids is 'Null: all that the installation has, found by its list.';
create index syncs_running on syncs (tenant_id) where state = 'running';

create table sync_cursors (
  tenant_id bigint not null references tenants,
  repository_id bigint not null,
  entity text not null,
  state text not null default 'pending'
    check (state in ('pending', 'running', 'done', 'forbidden', 'gone', 'failed', 'cancelled')),
  phase text not null default 'recent' check (phase in ('recent', 'rest')),
  floor timestamptz,
  again boolean not null default false,
  cursor text,
  page_size integer not null default 100,
  pass_started_at timestamptz,
  covered_from timestamptz,
  covered_until timestamptz,
  items integer not null default 0,
  total integer,
  requests integer not null default 0,
  worked_ms integer not null default 0,
  attempts integer not null default 0,
  due_at timestamptz not null default now(),
  pushed_at timestamptz,
  error text,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, repository_id, entity)
);
comment on column sync_cursors.repository_id is '0: the installation itself, whose list of repositories is synced as well.';
comment on column sync_cursors.floor is 'The pass runs from the newest down to this; null: to the beginning, or to the horizon.';
comment on column sync_cursors.items is 'Read in this pass; as are requests and worked_ms.';
comment on column sync_cursors.again is 'Another pass was asked for during this one: a short one follows, down to the start of this.';
comment on column sync_cursors.covered_until is
  'The start of the last completed pass: from covered_from (null: the beginning) to this, everything has been read.';
comment on column sync_cursors.pushed_at is
  'When the repository was pushed to, as far as was known when it was asked for: the order of the work.';
create index sync_cursors_next on sync_cursors (tenant_id, phase, pushed_at desc nulls last, repository_id)
  where state in ('pending', 'running');
create index sync_cursors_open on sync_cursors (tenant_id, due_at) where state in ('pending', 'running');
`;

// Not a tenant's: ids, times and counts by which workers find whose turn it is, whatever the tenant.
const createTurns = `
create table sync_turns (
  tenant_id bigint primary key,
  due_at timestamptz,
  waiting text check (waiting in ('rate_limit', 'suspended')),
  lease uuid,
  leased_until timestamptz,
  minute timestamptz,
  minute_items integer not null default 0,
  last_minute_items integer not null default 0
);
comment on column sync_turns.due_at is 'Null: there is nothing to sync, or it must not be.';
comment on column sync_turns.leased_until is 'A worker has the turn until then, and says so again while it lives.';
create index sync_turns_due on sync_turns (due_at) where due_at is not null;
grant select, insert, update, delete on sync_turns to shiplog_instance;
`;

const tenantTables = ['syncs', 'sync_cursors'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, tenantTables);
  await sql.raw(createTurns).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('drop table sync_turns, sync_cursors, syncs').execute(db);
}
