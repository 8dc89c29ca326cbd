import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Metric } from './metric.ts';
import { type MetricScope, scopedRepositories } from './scope.ts';
import { kindOf } from './statistic.ts';

/** What statistics need of rows, in columns: an object for each of a few hundred thousand would take seconds. */
export interface PackedRows {
  /** As `timestamptz_send` has them; of a row that is left out its reason, at the time from which PostgreSQL counts back. */
  readonly moments: DataView;
  /** NaN: the row has none. */
  readonly values: DataView;
  /** A byte each: 1: it is in the numerator. Null: no statistic of the metric asks. */
  readonly counted: Uint8Array | null;
  readonly length: number;
  /** Of those that count. */
  readonly open: number;
}

const BYTES = 8;
const HIGH_STEP = 2 ** 32;
/** Earlier than any time that PostgreSQL has: behind it come the places of the reasons. */
const FIRST_HIGH = -(2 ** 31);
const EPOCH_S = Date.UTC(2000, 0, 1) / 1_000;

/** In seconds since 1970. */
export function timeOf({ moments }: PackedRows, row: number): number {
  const at = row * BYTES;
  return EPOCH_S + (moments.getInt32(at) * HIGH_STEP + moments.getUint32(at + 4)) / 1e6;
}

/** NaN: it has none. */
export function valueOfRow({ values }: PackedRows, row: number): number {
  return values.getFloat64(row * BYTES);
}

/** Why the row is left out; undefined: it counts. */
export function reasonOf({ reasons }: Metric, { moments }: PackedRows, row: number): string | undefined {
  const at = row * BYTES;
  return moments.getInt32(at) === FIRST_HIGH ? reasons[moments.getUint32(at + 4) - 1] : undefined;
}

interface Packed {
  readonly repository_id: number;
  readonly moments: Buffer;
  readonly values: Buffer;
  readonly counted: Buffer | null;
  readonly open: number;
}

/** The rows of a metric without their details, by repository. */
export async function readPackedRows(trx: Trx, metric: Metric, scope: MetricScope): Promise<Map<number, PackedRows>> {
  // Grouped by the repository alone: of groups by reason the planner expects one a row, and sorts them.
  const { rows } = await sql<Packed>`
    with scoped as materialized (${scopedRepositories(scope)})
    select m.repository_id, string_agg(float8send(coalesce(m.value, 'NaN')), '') as values,
      string_agg(coalesce(int8send(${FIRST_HIGH}::bigint * ${HIGH_STEP}::bigint
        + array_position(${metric.reasons}::text[], m.excluded)), timestamptz_send(m.at)), '') as moments,
      ${kindOf(metric.statistic) === 'part' ? sql`string_agg(boolsend(m.counted), '')` : sql`null`} as counted,
      (count(*) filter (where m.open and m.excluded is null))::integer as open
    from (${metric.rows(scope)}) m
    group by m.repository_id`.execute(trx);
  return new Map(
    rows.map(({ repository_id, moments, values, counted, open }) => [
      repository_id,
      { moments: viewOf(moments), values: viewOf(values), counted, length: moments.length / BYTES, open },
    ]),
  );
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
