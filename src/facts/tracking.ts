import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { limitsOf } from '../plans.ts';
import type { FactBatch } from './batch.ts';

/** A repository that the app can see; only these take a place of the plan. */
export const isVisible = sql`(full_name is not null and installed is not false and deleted_at is null)`;

/** A batch may have brought repositories that the plan has no room for, or freed the place of one that is gone. */
export async function settleTouchedTracking(trx: Trx, tenantId: number, batch: FactBatch): Promise<void> {
  const repositories = batch.rows('repositories');
  if (repositories.length === 0) return;
  const isGone = repositories.some(
    ({ once, groups }) => once.has('deleted_at') || groups.get('installed')?.values['installed'] === false,
  );
  if (isGone || (await hasUnsettled(trx, tenantId, batch))) await settleTracking(trx, tenantId, { fill: isGone });
}

/** In nearly every batch all are known, and this is all that it costs. */
async function hasUnsettled(trx: Trx, tenantId: number, batch: FactBatch): Promise<boolean> {
  const ids = batch.rows('repositories').map(({ key }) => key[0]);
  const { rows } = await sql`
    select from repositories
    where tenant_id = ${tenantId} and repository_id = any(${ids}::bigint[]) and tracking_decided_at is null limit 1`.execute(
    trx,
  );
  return rows.length > 0;
}

/**
 * Decides which repositories are followed. What somebody chose goes first; then what is followed already, so that
 * nothing that works stops for something new; then what is not archived, and was pushed to last.
 * @param trx with the tenant's facts locked
 * @param fill whether those that were left out take free places: a place that somebody frees by hand stays free for them
 */
export async function settleTracking(trx: Trx, tenantId: number, { fill }: { fill: boolean }): Promise<void> {
  const limit = await findRepositoryLimit(trx, tenantId);
  const { rows } = await sql<{ catch_up: boolean }>`
    with ranked as (
      select repository_id, row_number() over (
        order by tracking_choice is true desc, tracking_decided_at is null or not tracked, archived is true,
          pushed_at desc nulls last, repository_id) as place
      from repositories
      where tenant_id = ${tenantId} and ${isVisible} and tracking_choice is not false
        and (tracked or tracking_choice or ${fill})
    ), settled as (
      select r.repository_id, coalesce(ranked.place <= ${limit ?? 'infinity'}::float8, false) as tracked
      from repositories r left join ranked using (repository_id)
      where r.tenant_id = ${tenantId} and ${isVisible}
    )
    update repositories r set tracked = s.tracked, tracking_decided_at = now(),
      catch_up = s.tracked and (r.catch_up or r.tracking_decided_at is not null)
    from settled s
    where r.tenant_id = ${tenantId} and r.repository_id = s.repository_id
      and (r.tracked is distinct from s.tracked or r.tracking_decided_at is null)
    returning r.catch_up`.execute(trx);
  if (!rows.some((row) => row.catch_up)) return;
  await sql`update tenants set catch_up = true where tenant_id = ${tenantId}`.execute(trx);
}

/** @returns null when there is none */
async function findRepositoryLimit(trx: Trx, tenantId: number): Promise<number | null> {
  const { rows } = await sql<{ plan: string }>`select plan from tenants where tenant_id = ${tenantId}`.execute(trx);
  return limitsOf(rows[0]?.plan ?? 'enterprise').repositories;
}

/** Of these repositories, those that are not followed, and those of which that has not been decided yet. */
export async function listUntracked(
  trx: Trx,
  tenantId: number,
  repositoryIds: readonly number[],
): Promise<{ untracked: ReadonlySet<number>; undecided: ReadonlySet<number> }> {
  if (repositoryIds.length === 0) return { untracked: new Set(), undecided: new Set() };
  const { rows } = await sql<{ repository_id: number; decided: boolean }>`
    select id as repository_id, r.tracking_decided_at is not null as decided
    from unnest(${repositoryIds}::bigint[]) as id
    left join repositories r on r.tenant_id = ${tenantId} and r.repository_id = id
    where r.tracking_decided_at is null or not r.tracked`.execute(trx);
  const idsOf = (decided: boolean) =>
    new Set(rows.filter((row) => row.decided === decided).map((row) => row.repository_id));
  return { untracked: idsOf(true), undecided: idsOf(false) };
}
