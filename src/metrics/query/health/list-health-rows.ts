import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../../db/tenant.ts';
import { InvalidPayloadError } from '../../../errors.ts';
import type { ListedRow, RowsPage } from '../query-metric.ts';
import type { MetricScope } from '../scope.ts';
import { utcText } from '../utc-text.ts';
import type { HealthMeasure } from './measures.ts';
import { mergedPulls } from './merged-pulls.ts';
import { openAtEnd } from './open-pulls.ts';
import { givenReviews } from './review-load.ts';

/** The fields of `detail`, as columns of an export. Who gave a review, the pull request shows. */
export const healthDetails = ['number', 'author', 'ready_at', 'first_review_at', 'reviews', 'rework_cycles', 'state'];

type ListedMeasure = Exclude<HealthMeasure, 'outside_hours'>;

/** By measure: `repository_id, id, at, value, excluded, detail`. */
const rowsOf: Readonly<Record<ListedMeasure, (scope: MetricScope) => RawBuilder<unknown>>> = {
  work_in_progress: (scope) => openRows(scope, { value: sql`null::double precision`, waits: false }),
  open_age: (scope) => openRows(scope, { value: sql`o.age_s`, waits: false }),
  waiting_for_review: (scope) => openRows(scope, { value: sql`null::double precision`, waits: true }),
  waiting_age: (scope) => openRows(scope, { value: sql`o.ready_s`, waits: true }),
  reviews_per_pull_request: (scope) => mergedRows(scope, sql`m.reviews`),
  rework_cycles_per_pull_request: (scope) => mergedRows(scope, sql`m.rework_cycles`),
  review_load_spread: (scope) => sql`
    select r.repository_id, r.review_id as id, r.submitted_at as at, null::double precision as value, r.excluded,
      jsonb_build_object('number', r.number, 'state', r.state) as detail
    from (${givenReviews(scope)}) r`,
};

function openRows(scope: MetricScope, { value, waits }: { value: RawBuilder<unknown>; waits: boolean }) {
  return sql`
    select o.repository_id, o.number::bigint as id, o.created_at as at, ${value} as value,
      ${waits ? sql`coalesce(o.left_out, o.not_waiting)` : sql`o.left_out`} as excluded,
      jsonb_build_object('number', o.number, 'author', o.author, 'ready_at', ${utcText(sql`o.ready_at`)},
        'first_review_at', ${utcText(sql`o.first_review_at`)}) as detail
    from (${openAtEnd(scope)}) o`;
}

function mergedRows(scope: MetricScope, value: RawBuilder<unknown>) {
  return sql`
    select m.repository_id, m.number::bigint as id, m.merged_at as at, ${value}::double precision as value,
      m.left_out as excluded,
      jsonb_build_object('number', m.number, 'author', m.author, 'reviews', m.reviews,
        'rework_cycles', m.rework_cycles) as detail
    from (${mergedPulls(scope)}) m`;
}

/**
 * A page of the pull requests or reviews that a measure is made of, the latest first.
 * @throws InvalidPayloadError for work outside hours, whose rows would tell who works when
 */
export async function listHealthRows(
  trx: Trx,
  measure: HealthMeasure,
  { scope, page: { limit, after } }: { scope: MetricScope; page: RowsPage },
): Promise<ListedRow[]> {
  if (measure === 'outside_hours') {
    throw new InvalidPayloadError('`outside_hours` has no rows: they would tell who works when. Ask for its value.');
  }
  const { rows } = await sql<ListedRow>`
    select r.full_name as repository, h.repository_id, h.id, h.at, h.value, h.excluded is null as counted, h.excluded,
      false as open, h.detail, json_build_array(to_json(h.at at time zone 'UTC'), h.repository_id, h.id, '') as position
    from (${rowsOf[measure](scope)}) h
    join repositories r on r.tenant_id = ${scope.tenantId} and r.repository_id = h.repository_id
    where ${
      after
        ? sql`(h.at, h.repository_id, h.id) < (${after[0]}::timestamp at time zone 'UTC', ${after[1]}::bigint, ${after[2]}::bigint)`
        : sql`true`
    }
    order by h.at desc, h.repository_id desc, h.id desc limit ${limit}`.execute(trx);
  return rows;
}

interface Excluded {
  readonly reason: string;
  readonly count: number;
}

export async function countExcluded(trx: Trx, measure: HealthMeasure, scope: MetricScope): Promise<Excluded[]> {
  if (measure === 'outside_hours') return [];
  const { rows } = await sql<Excluded>`
    select excluded as reason, count(*)::integer as count from (${rowsOf[measure](scope)}) h
    where excluded is not null group by excluded order by excluded`.execute(trx);
  return rows;
}
