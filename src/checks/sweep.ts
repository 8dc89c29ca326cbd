import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedHead } from '../queue.ts';
import { listRestated } from './standings.ts';

/** What a tenant's writes of half an hour can bring. */
const MOST = 200;

/**
 * Heads whose check run nobody will write unless somebody looks: open pull requests without one, what a worker that died
 * was about to send, words that the passing of time has changed, and heads that no fact tells of, of which nothing was said yet.
 */
export async function listUnpublished(trx: Trx, tenantId: number): Promise<CheckedHead[]> {
  const isThere = sql`r.tenant_id = ${tenantId} and r.repository_id = c.repository_id and r.deleted_at is null`;
  const { rows } = await sql<{ repository_id: number; head_sha: string }>`
    (select p.repository_id, p.head_sha
    from pull_requests p
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = p.repository_id and r.installed
      and r.tracked and r.archived is not true and r.deleted_at is null
    where p.tenant_id = ${tenantId} and p.state = 'open' and p.head_sha is not null and not exists (
      select from published_check_runs c
      where c.tenant_id = ${tenantId} and c.repository_id = p.repository_id and c.head_sha = p.head_sha)
    order by p.observed_at desc limit ${MOST})
    union
    (select c.repository_id, c.head_sha from published_check_runs c join repositories r on ${isThere}
    where c.tenant_id = ${tenantId} and c.sending_since < now() - interval '10 minutes' limit ${MOST})
    union
    (select c.repository_id, c.head_sha from published_check_runs c join repositories r on ${isThere}
    where c.tenant_id = ${tenantId} and c.refresh_at <= now() order by c.refresh_at limit ${MOST})
    union
    (select c.repository_id, c.head_sha from published_check_runs c join repositories r on ${isThere} and r.installed
    where c.tenant_id = ${tenantId} and c.title is null and c.check_run_id is null
      and (c.merge_group or not r.tracked) limit ${MOST})`.execute(trx);
  const found = rows.map(({ repository_id, head_sha }) => ({
    tenantId,
    repositoryId: repository_id,
    headSha: head_sha,
  }));
  return [...found, ...(await listRestated(trx, { tenantId }))];
}
