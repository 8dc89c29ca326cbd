import { type Kysely, sql } from 'kysely';

// Not a tenant's: a delivery is stored before anybody has looked whose it is, and only the operator reads it.
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    create table deliveries (
      delivery_id bigint generated always as identity primary key,
      guid uuid not null unique,
      event text not null,
      action text,
      tenant_id bigint,
      state text not null default 'pending' check (state in ('pending', 'applied', 'ignored', 'held', 'dead')),
      attempts smallint not null default 0,
      error text,
      received_at timestamptz not null default now(),
      due_at timestamptz not null default now(),
      body bytea not null
    );
    comment on column deliveries.body is 'The raw body, compressed with zstd.';
    comment on column deliveries.tenant_id is 'Known once the delivery has been read.';
    comment on column deliveries.due_at is 'A pending delivery is not tried before this.';
    create index deliveries_pending on deliveries (delivery_id) where state = 'pending';
    create index deliveries_tenant on deliveries (tenant_id, delivery_id desc);
    create index deliveries_dead on deliveries (delivery_id) where state = 'dead';
    -- Already compressed; out of line, so that a change of state copies no body.
    alter table deliveries alter column body set storage external;
    grant select, insert, update, delete on deliveries to shiplog_instance;
  `)
    .execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('drop table deliveries').execute(db);
}
