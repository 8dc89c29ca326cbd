import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Metric } from './metric.ts';
import { type MetricScope, scopedRepositories } from './scope.ts';
import { kindOf } from './statistic.ts';

/** What statistics need of rows, in columns: an object for each of a few hundred thousand would take seconds. */
export interface PackedRows {
  /** NaN: the row has none. A NaN with a number in it: it is left out, for the reason in that place. */
  readonly values: DataView;
  /** As `timestamptz_send` has them. Null: nobody asked. */
  readonly moments: DataView | null;
  /** A byte each: 1: it is in the numerator. Null: no statistic of the metric asks. */
  readonly counted: Uint8Array | null;
  /** Of those that count. */
  readonly open: number;
}

const BYTES = 8;
const HIGH_STEP = 2 ** 32;
const NAN_HIGH = 0x7f_f8_00_00;
const EPOCH_S = Date.UTC(2000, 0, 1) / 1_000;

export function countRows({ values }: PackedRows): number {
  return values.byteLength / BYTES;
}

/** In seconds since 1970. */
export function timeOf(moments: DataView, row: number): number {
  const at = row * BYTES;
  return EPOCH_S + (moments.getInt32(at) * HIGH_STEP + moments.getUint32(at + 4)) / 1e6;
}

/** NaN: it has none. */
export function valueOfRow({ values }: PackedRows, row: number): number {
  return values.getFloat64(row * BYTES);
}

/** Why the row is left out; undefined: it counts. */
export function reasonOf({ reasons }: Metric, { values }: PackedRows, row: number): string | undefined {
  const at = row * BYTES;
  return values.getUint32(at) === NAN_HIGH ? reasons[values.getUint32(at + 4) - 1] : undefined;
}

interface Packed {
  readonly moments: Buffer | null;
  /** Null: there is no row. */
  readonly values: Buffer | null;
  readonly counted: Buffer | null;
  readonly open: number;
}

interface Asked {
  readonly scope: MetricScope;
  /** Whether somebody looks at when the rows are. */
  readonly hasTimes: boolean;
}

/** The rows of a metric without their details. */
export async function readPackedRows(trx: Trx, metric: Metric, { scope, hasTimes }: Asked): Promise<PackedRows> {
  const { rows } = await sql<Packed>`
    with scoped as materialized (${scopedRepositories(scope)})
    select ${packed(metric, hasTimes)} from (${metric.rows(scope)}) m`.execute(trx);
  return unpack(rows[0]);
}

/** Of the repositories that have any, without their times. */
export async function readPackedRowsByRepository(
  trx: Trx,
  metric: Metric,
  scope: MetricScope,
): Promise<Map<number, PackedRows>> {
  // Grouped by the repository alone: of groups by reason the planner expects one a row, and sorts them.
  const { rows } = await sql<Packed & { repository_id: number }>`
    with scoped as materialized (${scopedRepositories(scope)})
    select m.repository_id, ${packed(metric, kindOf(metric.statistic) === 'weeks')}
    from (${metric.rows(scope)}) m group by m.repository_id`.execute(trx);
  return new Map(rows.map((row) => [row.repository_id, unpack(row)]));
}

function packed({ reasons, statistic }: Metric, hasTimes: boolean): RawBuilder<unknown> {
  const nan = sql`${NAN_HIGH}::bigint * ${HIGH_STEP}::bigint`;
  return sql`
    string_agg(coalesce(int8send(${nan} + array_position(${reasons}::text[], m.excluded)),
      float8send(coalesce(m.value, 'NaN'))), '') as values,
    ${hasTimes ? sql`string_agg(timestamptz_send(m.at), '')` : sql`null`} as moments,
    ${kindOf(statistic) === 'part' ? sql`string_agg(boolsend(m.counted), '')` : sql`null`} as counted,
    (count(*) filter (where m.open and m.excluded is null))::integer as open`;
}

function unpack(row: Packed | undefined): PackedRows {
  const { values = null, moments = null, counted = null, open = 0 } = row ?? {};
  return { values: viewOf(values ?? Buffer.alloc(0)), moments: moments && viewOf(moments), counted, open };
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
