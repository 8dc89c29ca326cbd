import { sql } from 'kysely';
import type { Trx } from '../../../../db/tenant.ts';
import { scopedRepositories } from '../scope.ts';
import { type HealthPoint, type HealthPoints, unknownPoint } from './measures.ts';
import { type MergedPulls, readMergedPulls } from './merged-pulls.ts';
import { type OpenPulls, readOpenPulls } from './open-pulls.ts';
import type { HealthQuery } from './places.ts';
import { isTold } from './told-pulls.ts';
import { type ReviewLoad, readReviewLoad } from './review-load.ts';
import { readWorkHours, type WorkHours } from './work-hours.ts';

/** What the measures of one span of time are made of. */
export interface HealthCounts {
  /** Undefined: its end has not come, or has nothing that is known. */
  readonly open: OpenPulls | undefined;
  readonly merged: MergedPulls | undefined;
  readonly load: ReviewLoad | undefined;
  readonly hours: WorkHours | undefined;
}

export interface Health {
  readonly hasRepositories: boolean;
  /** A replayed clone has none, which is not 0. */
  readonly knowsReviews: boolean;
  readonly counts: HealthCounts;
  readonly points: HealthPoints;
  readonly series: readonly { readonly from: Date; readonly points: HealthPoints }[];
}

/** Every measure of a window, and of each day or week of it; of no repository nothing is known, not even that it is 0. */
export async function readHealth(trx: Trx, query: HealthQuery): Promise<Health> {
  const { rows: known } = await sql<{ reviewed: boolean }>`
    select exists (select from reviews v where v.tenant_id = ${query.tenantId} and v.repository_id = s.repository_id)
      as reviewed
    from (${scopedRepositories(query)}) s order by 1 desc limit 1`.execute(trx);
  const knowsReviews = known[0]?.reviewed ?? false;
  const open = byPlace(known.length === 0 ? [] : await readOpenPulls(trx, query));
  const merged = byPlace(await readMergedPulls(trx, query));
  const load = byPlace(await readReviewLoad(trx, query));
  const hours = byPlace(await readWorkHours(trx, query));
  const countsOf = (place: number | null): HealthCounts => ({
    open: open.get(place),
    merged: merged.get(place),
    load: load.get(place),
    hours: hours.get(place),
  });
  const counts = countsOf(null);
  const series = query.starts.map((from, index) => ({ from, points: pointsOf(countsOf(index + 1), knowsReviews) }));
  return { hasRepositories: known.length > 0, knowsReviews, counts, points: pointsOf(counts, knowsReviews), series };
}

function byPlace<T extends { readonly place: number | null }>(rows: readonly T[]): ReadonlyMap<number | null, T> {
  return new Map(rows.map((row) => [row.place, row]));
}

function pointsOf({ open, merged, load, hours }: HealthCounts, knowsReviews: boolean): HealthPoints {
  const pulls = merged?.pulls ?? 0;
  const ofPulls = (count = 0) => (knowsReviews ? ratio(count, { of: pulls, n: pulls }) : { ...unknownPoint, n: pulls });
  return {
    ...openPoints(open),
    reviews_per_pull_request: ofPulls(merged?.reviews),
    rework_cycles_per_pull_request: ofPulls(merged?.rework_cycles),
    review_load_spread: spread(load),
    outside_hours: outside(hours),
  };
}

function openPoints(open: OpenPulls | undefined) {
  const known = (value: number | null, n: number) => ({
    ...unknownPoint,
    value: open && isTold(open.told) ? value : null,
    n,
  });
  const { open: all = 0, age_s = null, waiting = 0, waiting_s = null } = open ?? {};
  return {
    work_in_progress: known(all, all),
    open_age: known(age_s, all),
    waiting_for_review: known(waiting, waiting),
    waiting_age: known(waiting_s, waiting),
  };
}

function ratio(numerator: number, { of, n }: { of: number; n: number }): HealthPoint {
  return { value: of === 0 ? null : numerator / of, n, numerator, denominator: of };
}

/** Of one person alone there is none. */
function spread(load: ReviewLoad | undefined): HealthPoint {
  if (!load) return { ...unknownPoint, numerator: 0, denominator: 0 };
  const found = ratio(load.half, { of: load.people, n: load.reviews });
  return load.people < 2 ? { ...found, value: null } : found;
}

function outside(hours: WorkHours | undefined): HealthPoint {
  if (!hours || hours.outside === null) return { ...unknownPoint, n: hours?.commits ?? 0 };
  return ratio(hours.outside, { of: hours.commits, n: hours.commits });
}
