import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

/** What is reported has negative numbers of 53 bits, made of the name that its reporter has for it. */
const widenNumbers = `
alter table touched_facts alter column issues drop default;
alter table touched_facts alter column issues type bigint[];
alter table touched_facts alter column issues set default '{}';
alter table incidents alter column number type bigint;
alter table incident_links alter column number type bigint;
`;

const createTables = `
alter table deployments add column reported_id text;
comment on column deployments.reported_id is 'What another program calls it that reported it; null: GitHub told.';

alter table incidents add column reported_id text;
comment on column incidents.number is 'Of the issue; negative: it was reported, and is no issue.';

create table reported_incidents (
  tenant_id bigint not null,
  repository_id bigint not null,
  reported_id text not null,
  title text not null,
  url text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  names_deployment bigint,
  names_pull integer,
  names_sha text,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, reported_id)
);
comment on table reported_incidents is 'Incidents of other programs, as they were reported last.';
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(widenNumbers).execute(db);
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, ['reported_incidents']);
}

const restore = `
drop table reported_incidents;
alter table incidents drop column reported_id;
delete from incidents where number < 0;
delete from incident_links where number < 0;
delete from deployments where reported_id is not null;
alter table deployments drop column reported_id;
comment on column incidents.number is null;
alter table incident_links alter column number type integer;
alter table incidents alter column number type integer;
alter table touched_facts alter column issues drop default;
alter table touched_facts alter column issues type integer[];
alter table touched_facts alter column issues set default '{}';
`;

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(restore).execute(db);
}
