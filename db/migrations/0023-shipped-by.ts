import { type Kysely, sql } from 'kysely';

/** Whether a pull request is shipped was a flag; now it is the deployment, which failures and rework look up. */
const addColumns = `
alter table merged_pull_requests add column shipped_by bigint, add column shipped_at timestamptz;
comment on column merged_pull_requests.shipped_by is
  'The first deployment that has it and is no baseline, also one that is not its first to production; null: none has.';
`;

/** Its rows are those of many tenants, whose policies show none to the role that migrates. */
const fillColumns = `
alter table deployment_changes no force row level security;
alter table merged_pull_requests no force row level security;
update merged_pull_requests p set shipped_by = s.deployment_id, shipped_at = s.finished_at
from (
  select distinct on (tenant_id, repository_id, number) tenant_id, repository_id, number, deployment_id, finished_at
  from deployment_changes where number > 0 and is_change
  order by tenant_id, repository_id, number, finished_at, deployment_id
) s
where (s.tenant_id, s.repository_id, s.number) = (p.tenant_id, p.repository_id, p.number);
alter table deployment_changes force row level security;
alter table merged_pull_requests force row level security;
alter table merged_pull_requests drop column shipped;
create index production_deployments_sha on production_deployments (tenant_id, repository_id, sha);
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(addColumns).execute(db);
  await sql.raw(fillColumns).execute(db);
}

const restoreFlag = `
drop index production_deployments_sha;
alter table merged_pull_requests add column shipped boolean not null default false;
comment on column merged_pull_requests.shipped is 'Whether a deployment has it, also one that is not its first, or a baseline.';
alter table merged_pull_requests no force row level security;
update merged_pull_requests set shipped = shipped_by is not null;
alter table merged_pull_requests force row level security;
alter table merged_pull_requests drop column shipped_by, drop column shipped_at;
`;

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql.raw(restoreFlag).execute(db);
}
