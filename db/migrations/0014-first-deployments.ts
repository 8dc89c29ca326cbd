import { type Kysely, sql } from 'kysely';

const addColumns = `
alter table deployment_changes add column environment text;
alter table merged_pull_requests
  add column shipped boolean not null default false,
  add column first_deployment_id bigint,
  add column deployed_at timestamptz,
  add column deployed_to text;
comment on column merged_pull_requests.shipped is 'Whether a deployment has it, also one that is not its first, or a baseline.';
comment on column merged_pull_requests.first_deployment_id is 'The first to production: it came at deployed_at to the environment deployed_to.';
`;

/** Their rows are those of many tenants, whose policies show none to the role that migrates. */
const fillColumns = `
alter table deployment_changes no force row level security;
alter table merged_pull_requests no force row level security;
alter table production_deployments no force row level security;
update deployment_changes c set environment = d.environment
from production_deployments d
where (d.tenant_id, d.repository_id, d.deployment_id) = (c.tenant_id, c.repository_id, c.deployment_id);
update merged_pull_requests p set shipped = true, first_deployment_id = f.deployment_id, deployed_at = f.finished_at,
  deployed_to = f.environment
from (
  select distinct on (tenant_id, repository_id, number) tenant_id, repository_id, number,
    case when standing = 'first' then deployment_id end as deployment_id,
    case when standing = 'first' then finished_at end as finished_at,
    case when standing = 'first' then environment end as environment
  from deployment_changes where number > 0 and is_change
  order by tenant_id, repository_id, number, standing <> 'first', finished_at, deployment_id
) f
where (f.tenant_id, f.repository_id, f.number) = (p.tenant_id, p.repository_id, p.number);
alter table deployment_changes force row level security;
alter table merged_pull_requests force row level security;
alter table production_deployments force row level security;
alter table deployment_changes alter column environment set not null;
`;

/** All that lead time is made of, so that a hundred thousand changes are read from the index alone. */
const coverChanges = `
drop index deployment_changes_finished;
create index deployment_changes_finished on deployment_changes (tenant_id, finished_at)
  include (repository_id, standing, started_at, author_id, author_email) where is_change;
`;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(addColumns).execute(db);
  await sql.raw(fillColumns).execute(db);
  await sql.raw(coverChanges).execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index deployment_changes_finished`.execute(db);
  await sql`
    create index deployment_changes_finished on deployment_changes (tenant_id, finished_at) where is_change`.execute(
    db,
  );
  await sql`
    alter table merged_pull_requests drop column shipped, drop column first_deployment_id, drop column deployed_at,
      drop column deployed_to`.execute(db);
  await sql`alter table deployment_changes drop column environment`.execute(db);
}
