import { sql } from 'kysely';
import type { Trx } from '../../../../db/tenant.ts';
import { type MetricScope, scopedRepositories } from '../scope.ts';

/** What is known at a moment of which pull requests are open: of how many repositories. */
export interface ToldPulls {
  readonly repositories: number;
  /** At least what was opened, or touched, since. */
  readonly partly: number;
  /** From the list of all of them. */
  readonly wholly: number;
}

export function isTold({ wholly, partly }: ToldPulls): boolean {
  return wholly + partly > 0;
}

interface Told {
  readonly wholly: boolean;
  /** In seconds since 1970; null: never. */
  readonly since_s: number | null;
}

/**
 * Tells "none is open" from "none was ever told". GitHub's list tells of all that were changed since it was read from;
 * webhooks of an App tell of what happens from its installation on; and of what was not merged nothing else tells: a replayed
 * clone has what was merged alone, and no App.
 */
export async function readToldPulls(trx: Trx, scope: MetricScope): Promise<(moment: Date) => ToldPulls> {
  const { tenantId } = scope;
  const { rows } = await sql<Told>`
    with scoped as materialized (${scopedRepositories(scope)}),
    installed as (
      select min(i.created_at) as at from installations i
      where i.tenant_id = ${tenantId} and i.app_id is not null and coalesce('pull_request' = any(i.events), true)
    )
    select coalesce(c.covered_until is not null and c.covered_from is null, false) as wholly,
      date_part('epoch', least(case when c.covered_until is not null then c.covered_from end, installed.at, told.at))
        as since_s
    from scoped s
    cross join installed
    left join sync_cursors c on c.tenant_id = ${tenantId} and c.repository_id = s.repository_id
      and c.entity = 'pull_requests'
    left join lateral (
      select p.created_at as at from pull_requests p
      where p.tenant_id = ${tenantId} and p.repository_id = s.repository_id and p.merged_at is null
        and p.created_at is not null and (c.covered_until is null or c.covered_from is not null)
      order by p.created_at limit 1
    ) told on true`.execute(trx);
  const wholly = rows.filter((row) => row.wholly).length;
  const since = rows.flatMap((row) => (row.wholly || row.since_s === null ? [] : [row.since_s * 1_000]));
  return (moment) => ({
    repositories: rows.length,
    wholly,
    partly: since.filter((time) => time <= moment.getTime()).length,
  });
}
