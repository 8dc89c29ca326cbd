import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

const createTables = `
create table erased_people (
  tenant_id bigint not null,
  contributor_id bigint not null,
  erased_at timestamptz not null default now(),
  deliveries_to bigint not null default 0,
  deliveries_changed bigint not null default 0,
  finished_at timestamptz,
  primary key (tenant_id, contributor_id)
);
comment on table erased_people is 'Contributors whose person was erased: what they did goes on under contributor_id, which stands for nobody.';
comment on column erased_people.deliveries_to is 'Up to which delivery the stored bodies have been rewritten.';

create table erased_identities (
  tenant_id bigint not null,
  digest bytea not null,
  contributor_id bigint not null,
  primary key (tenant_id, digest)
);
comment on table erased_identities is 'By what an erased person would be known again: ids, logins and emails, as SHA-256 with the salt of the tenant.';

create table erasure_salts (
  tenant_id bigint primary key,
  salt bytea not null
);
`;

const people = `
alter table contributors
  add column bot boolean,
  add column excluded boolean not null default false,
  add column merged_into bigint;
comment on column contributors.bot is 'What people say; null: as GitHub has it.';
comment on column contributors.excluded is 'Counts in no metric, as a bot that is left out.';
comment on column contributors.merged_into is 'The contributor who is the same person.';
create index contributors_merged on contributors (tenant_id, merged_into) where merged_into is not null;
`;

const tenantTables = ['erased_people', 'erased_identities', 'erasure_salts'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, tenantTables);
  await sql.raw(people).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
    drop table ${tenantTables.toReversed().join(', ')};
    drop index contributors_merged;
    alter table contributors drop column bot, drop column excluded, drop column merged_into;
  `)
    .execute(db);
}
