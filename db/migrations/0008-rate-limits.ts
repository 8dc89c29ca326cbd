import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    create table rate_limits (
      tenant_id bigint not null,
      resource text not null check (resource in ('core', 'graphql', 'pause')),
      installation_id bigint not null,
      quota integer not null,
      remaining integer not null,
      reset_at timestamptz not null,
      observed_at timestamptz not null default now(),
      primary key (tenant_id, resource)
    );
    comment on table rate_limits is
      'What is left of each budget that GitHub gives an installation, as its last answer told; a pause is a secondary limit.';
  `)
    .execute(db);
  await addTenantPolicy(db, ['rate_limits']);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('drop table rate_limits').execute(db);
}
