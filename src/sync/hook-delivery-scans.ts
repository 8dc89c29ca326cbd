import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { SentWebhook } from './hook-deliveries.ts';

/** A listing of the hook's deliveries, as far as it has come. */
export interface HookDeliveryScan {
  readonly scan_id: number;
  readonly covers_from: Date;
  /** Where it goes on; null before the first page. */
  readonly next_page: Readonly<Record<string, string>> | null;
}

/** A place that is older may not be one any more: the scan begins again at the newest. */
const PLACE_HOLDS_S = 2 * 3_600;
const KEPT_DAYS = 30;

/** The scan that is not finished, to go on with. */
export async function resumeScan(db: Trx): Promise<HookDeliveryScan | undefined> {
  await sql`
    update hook_delivery_scans set next_page = null, started_at = now(), updated_at = now()
    where finished_at is null and updated_at < now() - make_interval(secs => ${PLACE_HOLDS_S})`.execute(db);
  const { rows } = await sql<HookDeliveryScan>`
    select scan_id, covers_from, next_page from hook_delivery_scans where finished_at is null`.execute(db);
  return rows[0];
}

/** Starts a scan of what was sent since `coversFrom`. */
export async function startScan(db: Trx, coversFrom: Date): Promise<HookDeliveryScan> {
  const { rows } = await sql<HookDeliveryScan>`
    insert into hook_delivery_scans (covers_from) values (${coversFrom})
    returning scan_id, covers_from, next_page`.execute(db);
  const [scan] = rows;
  if (!scan) throw new Error('an insert returns its row');
  return scan;
}

/** Up to when everything has been looked at: the start of the last finished scan; else the last webhook. */
export async function findCoveredUntil(db: Trx): Promise<Date | null> {
  const { rows } = await sql<{ covered_until: Date | null }>`
    select coalesce(
      (select max(started_at) from hook_delivery_scans where finished_at is not null),
      (select received_at from deliveries order by delivery_id desc limit 1)) as covered_until`.execute(db);
  return rows[0]?.covered_until ?? null;
}

export interface ScannedPage {
  readonly listed: number;
  readonly recovered: number;
  readonly lost: number;
  /** Since when something was sent that has to be listed again; null: nothing has. */
  readonly againFrom: string | null;
  /** Null: the scan is finished. */
  readonly next: Readonly<Record<string, string>> | null;
}

/** A scan that left something counts as started before that was sent: the next one lists it again. */
export async function recordPage(db: Trx, scanId: number, page: ScannedPage): Promise<void> {
  const { listed, recovered, lost, againFrom, next } = page;
  await sql`
    update hook_delivery_scans set pages = pages + 1, listed = listed + ${listed}, recovered = recovered + ${recovered},
      lost = lost + ${lost}, started_at = least(started_at, ${againFrom}::timestamptz), next_page = ${next === null ? null : JSON.stringify(next)}::jsonb, updated_at = now(),
      finished_at = case when ${next === null} then now() end
    where scan_id = ${scanId}`.execute(db);
  if (next === null) {
    await sql`
      delete from hook_delivery_scans where finished_at < now() - make_interval(days => ${KEPT_DAYS})`.execute(db);
  }
}

/**
 * Those of the webhooks that are neither stored nor known to be lost. What a purge removed stays removed, so the
 * webhooks of a purged account's installations are left out.
 */
export async function listNotStored(db: Trx, webhooks: readonly SentWebhook[]): Promise<SentWebhook[]> {
  const { rows } = await sql<{ guid: string }>`
    select w.guid from unnest(
      ${webhooks.map(({ guid }) => guid)}::uuid[], ${webhooks.map(({ installationId }) => installationId)}::bigint[]
    ) as w (guid, installation_id)
    where not exists (select from deliveries d where d.guid = w.guid)
      and not exists (select from lost_deliveries l where l.guid = w.guid)
      and not exists (select from purges p where w.installation_id = any(p.installation_ids) and p.state = 'done')`.execute(
    db,
  );
  const missing = new Set(rows.map(({ guid }) => guid));
  return webhooks.filter(({ guid }) => missing.has(guid));
}

export async function recordLost(db: Trx, webhook: SentWebhook, reason: string): Promise<void> {
  const { guid, event, action, installationId, firstSentAt } = webhook;
  await sql`
    insert into lost_deliveries (guid, event, action, installation_id, delivered_at, reason)
    values (${guid}, ${event}, ${action}, ${installationId}, ${firstSentAt}, ${reason})
    on conflict (guid) do nothing`.execute(db);
}
