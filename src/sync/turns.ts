import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import type { Trx } from '../../db/tenant.ts';
import { type Queue, sendSyncPages } from '../queue.ts';

/** How long a worker that died keeps others from its tenant. */
const LEASE_S = 30;
const RENEW_EVERY_MS = 10_000;
const MOST_SENT = 200;

/** The right to sync a page of a tenant; nobody else has it for now. */
export interface Turn {
  readonly tenantId: number;
  readonly lease: string;
}

/**
 * Whoever changes what there is to sync locks the turn before it looks, so that no wake-up is lost. Whoever applies
 * facts as well does that first, so that nobody deadlocks.
 */
export async function lockTurn(trx: Trx, tenantId: number): Promise<void> {
  await sql`
    insert into sync_turns (tenant_id) values (${tenantId})
    on conflict (tenant_id) do update set tenant_id = excluded.tenant_id`.execute(trx);
}

/** Makes it the tenant's turn now, unless GitHub has said when. */
export async function makeTurnDue(trx: Trx, tenantId: number, queue: Queue): Promise<void> {
  await sql`update sync_turns set due_at = now() where tenant_id = ${tenantId}
    and not (waiting = 'rate_limit' and due_at > now()) is true`.execute(trx);
  await sendSyncPages(queue, trx, [tenantId]);
}

/** @returns false when it is not the tenant's turn, or another worker has it */
export async function takeTurn(db: Trx, { tenantId, lease }: Turn): Promise<boolean> {
  const { rows } = await sql`
    update sync_turns set lease = ${lease}, leased_until = now() + make_interval(secs => ${LEASE_S})
    where tenant_id = ${tenantId} and due_at <= now() and (leased_until is null or leased_until < now())
    returning tenant_id`.execute(db);
  return rows.length > 0;
}

/** Runs `work`, and keeps the turn for as long as it takes. */
export async function keepTurn<T>(db: Database, turn: Turn, work: () => Promise<T>): Promise<T> {
  // A renewal that fails is made up for by the next one, or the lease ends: then the page is read twice at worst.
  const timer = setInterval(() => void renewTurn(db, turn).catch(() => {}), RENEW_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Runs `work` in a transaction in which nobody else changes the tenant's turn or asks for more. */
export function inTurn<T>(db: Database, { tenantId }: Turn, work: (trx: Trx) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await lockTurn(trx, tenantId);
    return work(trx);
  });
}

async function renewTurn(db: Trx, { tenantId, lease }: Turn): Promise<void> {
  await sql`
    update sync_turns set leased_until = now() + make_interval(secs => ${LEASE_S})
    where tenant_id = ${tenantId} and lease = ${lease}`.execute(db);
}

export interface NextTurn {
  /** Null: not before somebody asks. */
  readonly dueAt: Date | null;
  readonly waiting?: 'rate_limit' | 'suspended';
  /** Read in this turn, for the rate. */
  readonly items?: number;
}

/** Gives the turn back and says when the next one is; if that is now, its job goes to the end of the line. */
export async function passTurn(trx: Trx, turn: Turn, next: NextTurn, queue: Queue): Promise<void> {
  const { rows } = await sql<{ due: boolean }>`
    update sync_turns set lease = null, leased_until = null, due_at = ${next.dueAt}, waiting = ${next.waiting ?? null},
      ${countItems(next.items ?? 0)}
    where tenant_id = ${turn.tenantId} and lease = ${turn.lease}
    returning due_at <= now() is true as due`.execute(trx);
  if (rows[0]?.due === true) await sendSyncPages(queue, trx, [turn.tenantId]);
}

/** Items by the minute, this one and the last: the rate of now, without a history. */
function countItems(items: number): RawBuilder<unknown> {
  const thisMinute = sql`date_trunc('minute', now())`;
  return sql`
    last_minute_items = case when minute = ${thisMinute} then last_minute_items
      when minute = ${thisMinute} - interval '1 minute' then minute_items else 0 end,
    minute_items = case when minute = ${thisMinute} then minute_items else 0 end + ${items}::integer,
    minute = ${thisMinute}`;
}

/** Sends jobs for the tenants whose turn it is and who have none: what waited, and what a worker died with. */
export async function sendDueTurns(trx: Trx, queue: Queue): Promise<void> {
  const { rows } = await sql<{ tenant_id: number }>`
    select tenant_id from sync_turns where due_at <= now() and (leased_until is null or leased_until < now())
    order by due_at limit ${MOST_SENT}`.execute(trx);
  if (rows.length > 0)
    await sendSyncPages(
      queue,
      trx,
      rows.map((row) => row.tenant_id),
    );
}
