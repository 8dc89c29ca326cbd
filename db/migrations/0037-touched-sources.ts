import { type Kysely, sql } from 'kysely';

/** Which of a source changed was not kept: all that a repository has of it was compared each time. */
const keepThem = `
alter table touched_facts drop column others,
  add column releases bigint[] not null default '{}',
  add column tags text[] not null default '{}',
  add column workflow_runs bigint[] not null default '{}';
alter table deployment_sources add column default_branch text;
comment on column deployment_sources.default_branch is 'Of the repository then: merges into it may be deployments. Null: not known.';
`;

const forgetThem = `
alter table deployment_sources drop column default_branch;
alter table touched_facts drop column releases, drop column tags, drop column workflow_runs,
  add column others boolean not null default true;
alter table touched_facts alter column others set default false;
comment on column touched_facts.others is 'A release, a tag or a workflow run.';
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(keepThem).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(forgetThem).execute(db);
}
