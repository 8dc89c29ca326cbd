import { type Kysely, sql } from 'kysely';

/** Their rows are those of many tenants, whose policies show none to the role that migrates. */
const addHeads = `
alter table merged_pull_requests add column head_sha text;
comment on column merged_pull_requests.head_sha is 'The last one, of which alone the list of files is that of the merge.';
alter table pull_requests no force row level security;
alter table merged_pull_requests no force row level security;
update merged_pull_requests p set head_sha = q.head_sha from pull_requests q
where (q.tenant_id, q.repository_id, q.number) = (p.tenant_id, p.repository_id, p.number) and q.head_sha is not null;
alter table pull_requests force row level security;
alter table merged_pull_requests force row level security;
`;

/** What a deployment ships, for the profiles. */
const addIndex = `
create index merged_pull_requests_shipped on merged_pull_requests (tenant_id, repository_id, shipped_by)
  where shipped_by is not null;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(addHeads).execute(db);
  await sql.raw(addIndex).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index merged_pull_requests_shipped`.execute(db);
  await sql`alter table merged_pull_requests drop column head_sha`.execute(db);
}
