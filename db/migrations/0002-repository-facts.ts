import { type Kysely, sql } from 'kysely';
import { addTenantPolicy } from './tenant-policy.ts';

// No foreign keys between facts: they arrive in any order, a review before its pull request. For the same reason
// the columns of a row that several sources tell may be null: the source that comes first makes the row.
const createTables = `
create table repositories (
  tenant_id bigint not null references tenants,
  repository_id bigint not null,
  full_name text,
  private boolean,
  named_at timestamptz,
  named_rank bigint,
  default_branch text,
  archived boolean,
  fork boolean,
  language text,
  created_at timestamptz,
  pushed_at timestamptz,
  observed_at timestamptz,
  observed_rank bigint,
  installed boolean,
  installed_at timestamptz,
  installed_rank bigint,
  tracked boolean not null default true,
  deleted_at timestamptz,
  primary key (tenant_id, repository_id)
);
create index repositories_full_name on repositories (tenant_id, lower(full_name));

create table branches (
  tenant_id bigint not null,
  repository_id bigint not null,
  name text not null,
  head_sha text,
  deleted_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, name)
);

create table tags (
  tenant_id bigint not null,
  repository_id bigint not null,
  name text not null,
  sha text,
  deleted_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, name)
);

create table commits (
  tenant_id bigint not null,
  repository_id bigint not null,
  sha text not null,
  message_headline text,
  author_name text,
  author_email text,
  committer_name text,
  committer_email text,
  co_authors text[],
  authored_at timestamptz,
  committed_at timestamptz,
  observed_at timestamptz,
  observed_rank bigint,
  parents text[],
  additions integer,
  deletions integer,
  changed_files integer,
  detailed_at timestamptz,
  detailed_rank bigint,
  primary key (tenant_id, repository_id, sha)
);
comment on column commits.co_authors is 'Emails of the Co-authored-by trailers.';
comment on column commits.detailed_at is 'Set when parents and line counts came from the API or from git; pushes have none.';
create index commits_committed_at on commits (tenant_id, repository_id, committed_at desc, sha desc);
create index commits_latest on commits (tenant_id, committed_at desc);
create index commits_author on commits (tenant_id, author_email, committed_at desc)
  include (repository_id, authored_at);
create index commits_undetailed on commits (tenant_id, repository_id) where detailed_at is null;

create table pull_requests (
  tenant_id bigint not null,
  repository_id bigint not null,
  number integer not null,
  pull_request_id bigint,
  title text,
  body text,
  state text check (state in ('open', 'closed', 'merged')),
  draft boolean,
  author_id bigint,
  head_ref text,
  head_sha text,
  base_ref text,
  base_sha text,
  merge_commit_sha text,
  labels text[],
  created_at timestamptz,
  merged_at timestamptz,
  closed_at timestamptz,
  observed_at timestamptz,
  observed_rank bigint,
  additions integer,
  deletions integer,
  changed_files integer,
  merged_by_id bigint,
  sized_at timestamptz,
  sized_rank bigint,
  ready_at timestamptz,
  readied_at timestamptz,
  readied_rank bigint,
  commits_at timestamptz,
  commits_rank bigint,
  primary key (tenant_id, repository_id, number)
);
comment on column pull_requests.readied_at is 'When ready_at was last set, or unset by a conversion to draft.';
comment on column pull_requests.commits_at is 'When its commits were last listed: the pull_request_commits in force.';
create index pull_requests_created_at on pull_requests (tenant_id, repository_id, created_at desc, number desc);
create index pull_requests_merge_commit on pull_requests (tenant_id, repository_id, merge_commit_sha);
create index pull_requests_latest on pull_requests (tenant_id, created_at desc);
create index pull_requests_author on pull_requests (tenant_id, author_id, created_at desc) include (repository_id);

create table pull_request_commits (
  tenant_id bigint not null,
  repository_id bigint not null,
  number integer not null,
  sha text not null,
  listed_at timestamptz not null,
  listed_rank bigint not null,
  primary key (tenant_id, repository_id, number, sha)
);
create index pull_request_commits_sha on pull_request_commits (tenant_id, repository_id, sha);

create table reviews (
  tenant_id bigint not null,
  repository_id bigint not null,
  review_id bigint not null,
  number integer not null,
  author_id bigint,
  state text not null,
  commit_sha text,
  submitted_at timestamptz,
  observed_at timestamptz not null,
  observed_rank bigint not null,
  primary key (tenant_id, repository_id, review_id)
);
create index reviews_number on reviews (tenant_id, repository_id, number);
create index reviews_latest on reviews (tenant_id, review_id desc);
create index reviews_author on reviews (tenant_id, author_id, submitted_at) include (repository_id);

create table comments (
  tenant_id bigint not null,
  repository_id bigint not null,
  kind text not null check (kind in ('issue', 'review', 'commit')),
  comment_id bigint not null,
  number integer,
  commit_sha text,
  review_id bigint,
  author_id bigint,
  created_at timestamptz,
  observed_at timestamptz,
  observed_rank bigint,
  deleted_at timestamptz,
  primary key (tenant_id, repository_id, kind, comment_id)
);
comment on column comments.number is 'Of the issue or pull request; null for a comment on a commit.';
create index comments_number on comments (tenant_id, repository_id, number);

create table issues (
  tenant_id bigint not null,
  repository_id bigint not null,
  number integer not null,
  issue_id bigint,
  title text,
  body text,
  state text check (state in ('open', 'closed')),
  state_reason text,
  author_id bigint,
  labels text[],
  created_at timestamptz,
  closed_at timestamptz,
  observed_at timestamptz,
  observed_rank bigint,
  deleted_at timestamptz,
  primary key (tenant_id, repository_id, number)
);
create index issues_created_at on issues (tenant_id, repository_id, created_at desc, number desc);
create index issues_latest on issues (tenant_id, created_at desc);
create index issues_author on issues (tenant_id, author_id, created_at) include (repository_id);
`;

const tenantTables = [
  'repositories',
  'branches',
  'tags',
  'commits',
  'pull_requests',
  'pull_request_commits',
  'reviews',
  'comments',
  'issues',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(createTables).execute(db);
  await addTenantPolicy(db, tenantTables);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(`drop table ${tenantTables.toReversed().join(', ')}`).execute(db);
}
