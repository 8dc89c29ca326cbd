import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

const createTable = `
create table idempotency_keys (
  tenant_id bigint not null,
  key_hash text not null,
  request_hash text not null,
  status integer,
  answer bytea,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key_hash)
);
comment on table idempotency_keys is 'Requests that must not be done twice, for a day. Tenant 0: those that are of none.';
comment on column idempotency_keys.key_hash is 'SHA-256 of who calls and their key: neither is stored.';
comment on column idempotency_keys.status is 'Of the answer; null: in flight.';
comment on column idempotency_keys.answer is 'Sealed, since it may have a secret that is shown once; null where nothing is there to seal it.';
create index idempotency_keys_created_at on idempotency_keys (tenant_id, created_at);
`;

const tenantTables = ['idempotency_keys'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTable).execute(db);
  await addTenantPolicy(db, tenantTables);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('drop table idempotency_keys').execute(db);
}
