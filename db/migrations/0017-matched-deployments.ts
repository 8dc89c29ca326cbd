import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

/** An issue may be an incident without a label, by the word of a person who links it to a deployment. */
const addIncidentsByHand = `
alter table incidents add column by_hand boolean not null default false;
comment on column incidents.by_hand is 'It has no label of incidents: somebody linked it to a deployment.';
`;

const addMatches = `
alter table production_deployments
  add column headline_number integer,
  add column match_sha text,
  add column match_rule text,
  add column off_branch boolean not null default false,
  add check (not off_branch or match_sha is not null);
alter table production_deployments
  add column head_sha text not null generated always as (case when off_branch then match_sha else sha end) stored;
comment on column production_deployments.headline_number is 'The pull request that its commit''s headline names.';
comment on column production_deployments.match_sha is 'What it stands for if no branch and no tag has its commit.';
comment on column production_deployments.off_branch is 'No branch and no tag has its commit, and the default branch has the match.';
comment on column production_deployments.head_sha is 'What the chain has: all that this commit reaches.';
create index production_deployments_headline on production_deployments
  (tenant_id, repository_id, headline_number) where headline_number is not null;
create index production_deployments_match on production_deployments
  (tenant_id, repository_id) where match_sha is not null;

create table patch_matches (
  tenant_id bigint not null,
  repository_id bigint not null,
  sha text not null,
  match_sha text,
  default_head text not null,
  looked_at timestamptz not null default now(),
  primary key (tenant_id, repository_id, sha)
);
comment on table patch_matches is 'Deployed commits that no branch has, with the commit of the default branch that has the same patch; from git.';
comment on column patch_matches.default_head is 'The head of the default branch when git was asked.';
`;

/** Its rows are those of many tenants, whose policies show none to the role that migrates. */
const computeAnew = `
alter table repositories no force row level security;
alter table touched_facts no force row level security;
alter table deployment_sources no force row level security;
update deployment_sources set definition_version = -1;
insert into touched_facts (tenant_id, repository_id) select tenant_id, repository_id from repositories;
alter table repositories force row level security;
alter table touched_facts force row level security;
alter table deployment_sources force row level security;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(addIncidentsByHand).execute(db);
  await sql.raw(addMatches).execute(db);
  await addTenantPolicy(db, ['patch_matches']);
  await sql.raw(computeAnew).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table patch_matches`.execute(db);
  await sql`
    alter table production_deployments drop column head_sha, drop column off_branch, drop column match_rule,
      drop column match_sha, drop column headline_number`.execute(db);
  await sql`alter table incidents drop column by_hand`.execute(db);
}
