import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    create table token_addresses (
      tenant_id bigint not null,
      token_id bigint not null,
      address text not null,
      first_used_at timestamptz not null default now(),
      primary key (tenant_id, token_id, address),
      foreign key (tenant_id, token_id) references api_tokens (tenant_id, token_id) on delete cascade
    );
    comment on table token_addresses is 'From where each token was used: a new one is told in the audit log.';
  `)
    .execute(db);
  await addTenantPolicy(db, ['token_addresses']);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('drop table token_addresses').execute(db);
}
