import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { entities } from './entity.ts';
import { REPOSITORY_LIST, type SyncCursor } from './sync-cursor.ts';
import { isSynced } from './wanted-passes.ts';

/** The page that is read next: of which entity of which repository. */
export interface NextPage {
  readonly cursor: SyncCursor;
  /** Null with the list of repositories. */
  readonly fullName: string | null;
  readonly installationId: number;
  /** By the database's clock, before it is read. */
  readonly startedAt: Date;
}

export const cursorColumns = sql`c.repository_id, c.entity, c.state, c.phase, c.floor, c.again, c.cursor, c.page_size,
  c.pass_started_at, c.covered_from, c.covered_until, c.items, c.total, c.requests, c.worked_ms, c.attempts, c.error`;

/** @returns null when the installation is suspended, or there is none any more */
export async function findInstallationId(trx: Trx, tenantId: number): Promise<number | null> {
  const { rows } = await sql<{ installation_id: number; suspended_at: Date | null }>`
    select installation_id, suspended_at from installations
    where tenant_id = ${tenantId} and deleted_at is null order by installation_id desc limit 1`.execute(trx);
  const [row] = rows;
  return row && row.suspended_at === null ? row.installation_id : null;
}

/** As many as there are entities of a repository, and some: the first of them is among these. */
const FIRST = 20;

/** First the list of repositories; then, by last push, what is recent of each; then the rest. */
export async function findNextPage(trx: Trx, tenantId: number, installationId: number): Promise<NextPage | null> {
  for (;;) {
    const row = await findFirst(trx, tenantId);
    if (!row) return null;
    const { full_name: fullName, started_at: startedAt, synced, ...cursor } = row;
    if (synced || cursor.entity === REPOSITORY_LIST) return { cursor, fullName, installationId, startedAt };
    await closeRepository(trx, tenantId, cursor.repository_id);
  }
}

type FirstRow = SyncCursor & { full_name: string | null; started_at: Date; synced: boolean | null };

async function findFirst(trx: Trx, tenantId: number): Promise<FirstRow | undefined> {
  const { rows } = await sql<FirstRow>`
    select ${cursorColumns}, r.full_name, now() as started_at, ${isSynced} as synced
    from (
      select * from sync_cursors
      where tenant_id = ${tenantId} and state in ('pending', 'running') and due_at <= now()
      order by phase, pushed_at desc nulls last, repository_id limit ${FIRST}
    ) c left join repositories r on r.tenant_id = ${tenantId} and r.repository_id = c.repository_id
    order by c.phase, c.pushed_at desc nulls last, c.repository_id, array_position(${entities}::text[], c.entity)
    limit 1`.execute(trx);
  return rows[0];
}

/** What was taken from the app, deleted, or left out by the plan is not asked for any more. */
async function closeRepository(trx: Trx, tenantId: number, repositoryId: number): Promise<void> {
  await sql`
    update sync_cursors set state = 'gone', updated_at = now()
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and state in ('pending', 'running')`.execute(trx);
}

/** When the next page may be read; null when all has been. */
export async function findDueAt(trx: Trx, tenantId: number): Promise<Date | null> {
  const { rows } = await sql<{ due_at: Date | null }>`
    select min(due_at) as due_at from sync_cursors
    where tenant_id = ${tenantId} and state in ('pending', 'running')`.execute(trx);
  return rows[0]?.due_at ?? null;
}
