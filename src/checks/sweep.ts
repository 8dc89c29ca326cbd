import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedHead } from '../queue.ts';
import { listRestated } from './standings.ts';

/** What a tenant's writes of half an hour can bring. */
const MOST = 200;

/**
 * Heads whose check run nobody will write unless somebody looks: open pull requests without one, what a worker that died
 * was about to send, and words that the passing of time has changed.
 */
export async function listUnpublished(trx: Trx, tenantId: number): Promise<CheckedHead[]> {
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
    (select repository_id, head_sha from published_check_runs
    where tenant_id = ${tenantId} and sending_since < now() - interval '10 minutes' limit ${MOST})
    union
    (select repository_id, head_sha from published_check_runs
    where tenant_id = ${tenantId} and refresh_at <= now() order by refresh_at limit ${MOST})`.execute(trx);
  const found = rows.map(({ repository_id, head_sha }) => ({
    tenantId,
    repositoryId: repository_id,
    headSha: head_sha,
  }));
  return [...found, ...(await listRestated(trx, { tenantId }))];
}
