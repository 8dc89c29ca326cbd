import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { cursorColumns } from './next-page.ts';
import type { SyncCursor } from './sync-cursor.ts';

/**
 * Locks the cursor as it is now. @returns undefined when it is not any more where `read` found it: then another worker,
 * or whoever asked for another sync, was faster, and what was read of GitHub is read again.
 */
export async function lockCursor(trx: Trx, tenantId: number, read: SyncCursor): Promise<SyncCursor | undefined> {
  const { rows } = await sql<SyncCursor>`
    select ${cursorColumns} from sync_cursors c
    where c.tenant_id = ${tenantId} and c.repository_id = ${read.repository_id} and c.entity = ${read.entity}
      and c.state in ('pending', 'running') and c.cursor is not distinct from ${read.cursor}::text
      and c.pass_started_at is not distinct from ${read.pass_started_at}::timestamptz and c.items = ${read.items}
    for update`.execute(trx);
  return rows[0];
}

export async function storeCursor(
  trx: Trx,
  tenantId: number,
  { cursor: c, retryInS }: { cursor: SyncCursor; retryInS: number },
): Promise<void> {
  await sql`
    update sync_cursors set state = ${c.state}, phase = ${c.phase}, floor = ${c.floor}, again = ${c.again},
      cursor = ${c.cursor}, page_size = ${c.page_size}, pass_started_at = ${c.pass_started_at},
      covered_from = ${c.covered_from}, covered_until = ${c.covered_until}, items = ${c.items}, total = ${c.total},
      requests = ${c.requests}, worked_ms = ${c.worked_ms}, attempts = ${c.attempts}, error = ${c.error},
      due_at = now() + make_interval(secs => ${retryInS}), updated_at = now()
    where tenant_id = ${tenantId} and repository_id = ${c.repository_id} and entity = ${c.entity}`.execute(trx);
}
