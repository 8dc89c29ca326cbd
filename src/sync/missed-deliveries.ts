import type { Database } from '../../db/connection.ts';
import { GitHubUnavailableError, NotFoundError, UnexpectedResponseError } from '../errors.ts';
import type { AppClient } from '../github/github.ts';
import type { Logger } from '../logging.ts';
import { getHookDelivery, groupByGuid, listHookDeliveries, type SentWebhook } from './hook-deliveries.ts';
import {
  findCoveredUntil,
  type HookDeliveryScan,
  listNotStored,
  recordLost,
  recordPage,
  resumeScan,
  type ScannedPage,
  startScan,
} from './hook-delivery-scans.ts';

/** A webhook that did not reach us, as it goes into intake's own path. */
interface MissedDelivery {
  readonly guid: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly sentAt: string;
}

export interface RecoverOptions {
  readonly app: AppClient;
  /** Stores it as the endpoint does. @returns why it can not be stored, if it can not */
  readonly store: (delivery: MissedDelivery) => Promise<{ readonly failure: string } | undefined>;
  /** For how long GitHub keeps deliveries. */
  readonly retentionDays: number;
  /** Called when GitHub's list does not reach back to where the last scan began. */
  readonly onGap: () => Promise<void>;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

export interface Recovered {
  readonly listed: number;
  readonly recovered: number;
  readonly lost: number;
  /** False when the signal ended it: the next call goes on. */
  readonly finished: boolean;
}

const DAY_MS = 86_400_000;
/** Attempts show up in the list some time after they were made, and clocks differ. */
/** Whatever GitHub could not give for so long does not keep the scans from moving on. */
const POSTPONED_MS = 6 * 3_600_000;
/** On one page; more are an outage. */
const MOST_UNAVAILABLE = 10;
const OVERLAP_MS = 30 * 60_000;

/**
 * Lists what GitHub sent since the last time, and brings in what is not stored, also what GitHub counts as delivered:
 * after a restore from a backup, what was acknowledged since is not here. After each page its place is kept, so that
 * a crash repeats one page, of which what is stored is skipped.
 * @throws RateLimitedError and the rest of what `AppClient` throws: the next call goes on
 */
export async function recoverMissedDeliveries(db: Database, options: RecoverOptions): Promise<Recovered> {
  const scan = await startOrGoOn(db, options);
  const sum = { listed: 0, recovered: 0, lost: 0 };
  let place = scan.next_page;
  while (options.signal?.aborted !== true) {
    const page = await scanPage(db, { ...scan, next_page: place }, options);
    await recordPage(db, scan.scan_id, page);
    sum.listed += page.listed;
    sum.recovered += page.recovered;
    sum.lost += page.lost;
    if (page.next === null) return { ...sum, finished: true };
    place = page.next;
  }
  return { ...sum, finished: false };
}

/** The gap before the list's end is told first: told twice, it does no harm; not told, nobody would look again. */
async function startOrGoOn(db: Database, { retentionDays, onGap }: RecoverOptions): Promise<HookDeliveryScan> {
  const unfinished = await resumeScan(db);
  if (unfinished) return unfinished;
  const retained = new Date(Date.now() - retentionDays * DAY_MS);
  const coveredUntil = await findCoveredUntil(db);
  if (coveredUntil !== null && coveredUntil < retained) await onGap();
  const from = coveredUntil === null ? retained : new Date(coveredUntil.getTime() - OVERLAP_MS);
  return startScan(db, from < retained ? retained : from);
}

async function scanPage(db: Database, scan: HookDeliveryScan, options: RecoverOptions): Promise<ScannedPage> {
  const { data: attempts, next } = await options.app.restPage(listHookDeliveries(scan.next_page));
  const wanted = attempts.filter(({ delivered_at }) => Date.parse(delivered_at) >= scan.covers_from.getTime());
  const webhooks = groupByGuid(wanted);
  let recovered = 0;
  let lost = 0;
  let unavailable = 0;
  let againFrom: string | null = null;
  for (const webhook of await listNotStored(db, webhooks)) {
    const failure = await bringIn(webhook, options).catch((error: unknown) => {
      if (!(error instanceof GitHubUnavailableError) || (unavailable += 1) > MOST_UNAVAILABLE) throw error;
      return error;
    });
    if (failure instanceof GitHubUnavailableError && Date.now() - Date.parse(webhook.firstSentAt) < POSTPONED_MS) {
      if (againFrom === null || webhook.firstSentAt < againFrom) againFrom = webhook.firstSentAt;
      options.log.warn({ guid: webhook.guid, event: webhook.event, err: failure }, 'missed delivery is left for later');
    } else if (failure === undefined) recovered += 1;
    else {
      lost += 1;
      await recordLost(db, webhook, failure instanceof Error ? failure.message : failure);
      options.log.warn({ guid: webhook.guid, event: webhook.event }, 'missed delivery is lost');
    }
  }
  const reached = wanted.length < attempts.length;
  return { listed: webhooks.length, recovered, lost, againFrom, next: reached ? null : next };
}

/** @returns why it can not be brought in */
async function bringIn(webhook: SentWebhook, { app, store, log }: RecoverOptions): Promise<string | undefined> {
  const { guid, event, firstSentAt: sentAt, succeeded } = webhook;
  let failure = 'GitHub does not have its payload any more.';
  for (const attemptId of webhook.attemptIds) {
    const payload = await findPayload(app, attemptId);
    if (payload instanceof UnexpectedResponseError) failure = payload.message;
    if (!payload || payload instanceof UnexpectedResponseError) continue;
    const refused = await store({ guid, event, payload, sentAt });
    if (refused) return refused.failure;
    log.info({ guid, event }, succeeded ? 'delivery recovered that GitHub had delivered' : 'missed delivery recovered');
    return undefined;
  }
  return failure;
}

async function findPayload(
  app: AppClient,
  attemptId: number,
): Promise<MissedDelivery['payload'] | UnexpectedResponseError | undefined> {
  const ask = () => app.rest(getHookDelivery(attemptId));
  const askOnceMore = (error: unknown) => {
    if (error instanceof GitHubUnavailableError) return ask();
    throw error;
  };
  try {
    return (await ask().catch(askOnceMore)).request?.payload ?? undefined;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    if (error instanceof UnexpectedResponseError) return error;
    throw error;
  }
}
