import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

const createTables = `
create table team_member_changes (
  tenant_id bigint not null,
  team_id bigint not null,
  user_id bigint not null,
  changed_at timestamptz not null,
  joined boolean not null,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, team_id, user_id, changed_at)
);
comment on table team_member_changes is
  'Who joined or left a team, and when. Who was there before the first of these is in team_members alone.';

create table team_repository_changes (
  tenant_id bigint not null,
  team_id bigint not null,
  repository_id bigint not null,
  changed_at timestamptz not null,
  permission text not null,
  previous text,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, team_id, repository_id, changed_at)
);
comment on column team_repository_changes.permission is 'From then on; none: it was taken away.';
comment on column team_repository_changes.previous is 'Before that; none: it had none; null: the source does not tell.';

create index contributors_by_name on contributors (tenant_id, lower(coalesce(login, name, '')), contributor_id);
`;

/** That somebody left is known; the time at which a removed grant was made is not. */
const backfill = `
insert into team_member_changes (tenant_id, team_id, user_id, changed_at, joined, observed_at, observed_rank)
select tenant_id, team_id, user_id, removed_at, false, removed_at, 0 from team_members where removed_at is not null;

insert into team_repository_changes
  (tenant_id, team_id, repository_id, changed_at, permission, previous, observed_at, observed_rank)
select tenant_id, team_id, repository_id, removed_at, 'none', permission, removed_at, 0
from team_repositories where removed_at is not null;
`;

const tenantTables = ['team_member_changes', 'team_repository_changes'];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTables).execute(db);
  await sql.raw(backfill).execute(db);
  await addTenantPolicy(db, tenantTables);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw('drop index contributors_by_name').execute(db);
  await sql.raw(`drop table ${tenantTables.toReversed().join(', ')}`).execute(db);
}
