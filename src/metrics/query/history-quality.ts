import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Quality } from './quality.ts';
import { type MetricScope, scopedRepositories } from './scope.ts';

interface Unread {
  /** Parts of the history of the window that are still to be read. */
  readonly open: number;
  readonly percent: number;
  /** Repositories of which a part could not be read. */
  readonly failed: string[];
}

/** What of the window's history has not been read from GitHub. What is read once more was read before. */
export async function listUnread(trx: Trx, scope: MetricScope): Promise<Quality[]> {
  const { rows } = await sql<Unread>`
    with scoped as materialized (${scopedRepositories(scope)}),
    parts as materialized (
      select c.repository_id, c.items, c.total, c.state in ('pending', 'running') as open,
        c.state in ('failed', 'forbidden') as failed,
        c.covered_until is not null and coalesce(c.covered_from <= ${scope.from}, true) as covered
      from sync_cursors c
      where c.tenant_id = ${scope.tenantId} and c.state not in ('gone', 'cancelled')
        and (c.repository_id = 0 or c.repository_id in (select repository_id from scoped))
    )
    select (count(*) filter (where open and not covered))::integer as open,
      coalesce(least(99, case when bool_and(total is not null) filter (where open and not covered)
        then floor(100.0 * sum(items) / nullif(sum(case when open then greatest(total, items) else items end), 0))
        else floor(100.0 * count(*) filter (where covered or not open) / nullif(count(*), 0))
      end), 0)::integer as percent,
      array(select distinct s.full_name from parts p join scoped s using (repository_id)
        where p.failed and not p.covered order by 1 limit 5) as failed
    from parts`.execute(trx);
  const [unread] = rows;
  if (!unread) throw new Error('a query of aggregates has one row');
  return [...(unread.open > 0 ? [progressOf(unread)] : []), ...(unread.failed.length > 0 ? [failedOf(unread)] : [])];
}

function progressOf({ percent }: Unread): Quality {
  return {
    code: 'backfill_running',
    message: `The history is read to ${percent} %: numbers may change.`,
    action: 'Wait for the backfill; /sync says how far it is.',
  };
}

function failedOf({ failed }: Unread): Quality {
  return {
    code: 'history_not_read',
    message: `A part of the history could not be read: ${failed.join(', ')}. Numbers may be too low.`,
    action: 'See /sync for the reason, such as a permission that the App lacks, and start it again.',
  };
}
