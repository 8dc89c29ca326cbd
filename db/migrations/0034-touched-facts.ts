import { type Kysely, sql } from 'kysely';

/**
 * Which of a source changed was not kept: all that a repository has of it was compared each time. What was derived until
 * now has no name or branch beside it, so that it is derived anew once.
 */
const keepThem = `
alter table touched_facts drop column others,
  add column marked boolean not null default false,
  add column releases bigint[] not null default '{}',
  add column tags text[] not null default '{}',
  add column workflow_runs bigint[] not null default '{}';
comment on column touched_facts.marked is 'Somebody marked a deployment, or took a mark back.';
alter table deployment_sources add column full_name text, add column default_branch text;
comment on column deployment_sources.full_name is 'Of the repository, when its rows were derived: bodies may name it.';
comment on column deployment_sources.default_branch is 'The same: merges into it may be deployments.';
`;

/** Their rows are those of many tenants, whose policies show none to the role that migrates. */
const deriveAnew = `
alter table repositories no force row level security;
alter table touched_facts no force row level security;
insert into touched_facts (tenant_id, repository_id) select tenant_id, repository_id from repositories;
alter table repositories force row level security;
alter table touched_facts force row level security;
`;

const forgetThem = `
alter table deployment_sources drop column full_name, drop column default_branch;
alter table touched_facts drop column marked, drop column releases, drop column tags, drop column workflow_runs,
  add column others boolean not null default true;
alter table touched_facts alter column others set default false;
comment on column touched_facts.others is 'A release, a tag or a workflow run.';
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(keepThem).execute(db);
  await sql.raw(deriveAnew).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(forgetThem).execute(db);
}
