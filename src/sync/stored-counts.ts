import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import {
  type CountCheck,
  type CheckedEntity,
  type CountedEntity,
  countedEntities,
  type Step,
  type StoredCount,
  type StoredCounts,
} from './compare-counts.ts';

/** Commits are counted beside those that others name as their parents, the rest beside GitHub's totals. */
type RecordedCheck = Omit<CountCheck, 'entity'> & { readonly entity: CheckedEntity };

interface Row {
  readonly repository_id: number;
  readonly entity: CountedEntity;
  readonly head: string | null;
  readonly stored: number;
  readonly covered_until: Date | null;
  readonly last: { readonly stored: number; readonly total: number; readonly step: Step } | null;
}

/** How much of each repository is stored, how far its passes have come, and the last comparison. */
export async function listStoredCounts(
  trx: Trx,
  tenantId: number,
  repositoryIds: readonly number[],
): Promise<readonly StoredCounts[]> {
  const here = sql`t.tenant_id = ${tenantId} and t.repository_id = r.repository_id`;
  const { rows } = await sql<Row>`
    select r.repository_id, e.entity,
      (select t.head_sha from branches t where ${here} and t.name = r.default_branch and t.deleted_at is null) as head,
      case e.entity
        when 'branches' then (select count(*) from branches t where ${here} and t.deleted_at is null)
        when 'pull_requests' then (select count(*) from pull_requests t where ${here} and t.observed_at is not null)
        when 'issues' then
          (select count(*) from issues t where ${here} and t.observed_at is not null and t.deleted_at is null)
        when 'releases' then (select count(*) from releases t
          where ${here} and t.observed_at is not null and t.deleted_at is null and t.draft is not true)
        when 'deployments' then (select count(*) from deployments t where ${here} and t.reported_id is null)
      end as stored,
      case when c.state = 'done' then c.covered_until end as covered_until,
      case when k.step is not null
        then json_build_object('stored', k.stored, 'total', k.total, 'step', k.step) end as last
    from repositories r cross join unnest(${[...countedEntities]}::text[]) as e (entity)
    left join sync_cursors c
      on c.tenant_id = ${tenantId} and c.repository_id = r.repository_id and c.entity = e.entity
    left join count_checks k
      on k.tenant_id = ${tenantId} and k.repository_id = r.repository_id and k.entity = e.entity
    where r.tenant_id = ${tenantId} and r.repository_id = any(${repositoryIds}::bigint[])`.execute(trx);
  return repositoryIds.flatMap((repositoryId) => {
    const own = rows.filter((row) => row.repository_id === repositoryId);
    return own.length === 0 ? [] : [{ repositoryId, head: own[0]?.head ?? null, counts: countsOf(own) }];
  });
}

const NOTHING: StoredCount = { stored: 0, coveredUntil: null, last: undefined };

function countsOf(rows: readonly Row[]): StoredCounts['counts'] {
  const counts = {
    branches: NOTHING,
    pull_requests: NOTHING,
    issues: NOTHING,
    releases: NOTHING,
    deployments: NOTHING,
  };
  for (const { entity, stored, covered_until, last } of rows) {
    counts[entity] = { stored, coveredUntil: covered_until, last: last ?? undefined };
  }
  return counts;
}

interface StoredCommits {
  readonly repositoryId: number;
  readonly stored: number;
  /** How many are named as a parent and are not stored. */
  readonly missing: number;
}

/**
 * Of each repository whose history has been read.
 * @param since parents of older commits are left out on purpose
 */
export async function listStoredCommits(
  trx: Trx,
  tenantId: number,
  since: Date | undefined,
): Promise<readonly StoredCommits[]> {
  const { rows } = await sql<StoredCommits>`
    select s.repository_id as "repositoryId", count(*)::integer as stored, coalesce(max(m.missing), 0)::integer as missing
    from commits s
    join sync_cursors u on u.tenant_id = ${tenantId} and u.repository_id = s.repository_id and u.entity = 'commits'
      and u.covered_until is not null
    left join (
      select c.repository_id, count(distinct parent.sha) as missing
      from commits c cross join unnest(c.parents) as parent (sha)
      where c.tenant_id = ${tenantId} and c.committed_at >= ${since ?? '-infinity'}::timestamptz and not exists (
        select from commits p
        where p.tenant_id = ${tenantId} and p.repository_id = c.repository_id and p.sha = parent.sha)
      group by c.repository_id
    ) m on m.repository_id = s.repository_id
    where s.tenant_id = ${tenantId} group by s.repository_id`.execute(trx);
  return rows;
}

export async function recordCountChecks(
  trx: Trx,
  tenantId: number,
  { repositoryId, checks }: { repositoryId: number; checks: readonly RecordedCheck[] },
): Promise<void> {
  await sql`
    insert into count_checks (tenant_id, repository_id, entity, stored, total, step, checked_at)
    select ${tenantId}, ${repositoryId}, entity, stored, total, step, now()
    from unnest(
      ${checks.map(({ entity }) => entity)}::text[], ${checks.map(({ stored }) => stored)}::integer[],
      ${checks.map(({ total }) => total)}::integer[], ${checks.map(({ step }) => step)}::text[]
    ) as x (entity, stored, total, step)
    on conflict (tenant_id, repository_id, entity) do update set
      stored = excluded.stored, total = excluded.total, step = excluded.step, checked_at = excluded.checked_at`.execute(
    trx,
  );
}
