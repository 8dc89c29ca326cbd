import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Metric } from './metric.ts';
import { type MetricScope, scopedRepositories } from './scope.ts';

/** What statistics need of rows, in columns: an object for each of a few hundred thousand would take seconds. */
export interface PackedRows {
  /** The second since 1970, times `STEP`, and in the place that is free by that the flags. */
  readonly moments: Float64Array;
  /** NaN: the row has none. */
  readonly values: Float64Array;
}

const STEP = 64;
const [COUNTED, OPEN, REASON] = [1, 2, 4];

/** In whole seconds since 1970. */
export function timeOf(moment: number): number {
  return Math.floor(moment / STEP);
}

/** Whether the row is in the numerator. */
export function isCounted(moment: number): boolean {
  return (flagsOf(moment) & COUNTED) !== 0;
}

export function isOpen(moment: number): boolean {
  return (flagsOf(moment) & OPEN) !== 0;
}

/** Why the row is left out; undefined: it counts. */
export function reasonOf({ reasons }: Metric, moment: number): string | undefined {
  return reasons[Math.floor(flagsOf(moment) / REASON) - 1];
}

function flagsOf(moment: number): number {
  return moment - timeOf(moment) * STEP;
}

interface Packed {
  readonly repository_id: number;
  readonly moments: Buffer;
  readonly values: Buffer;
}

/** The rows of a metric without their details, by repository. */
export async function readPackedRows(trx: Trx, metric: Metric, scope: MetricScope): Promise<Map<number, PackedRows>> {
  const flags = sql`m.counted::integer * ${COUNTED}::integer + m.open::integer * ${OPEN}::integer
    + coalesce(array_position(${metric.reasons}::text[], m.excluded), 0) * ${REASON}::integer`;
  // Grouped by the repository alone: of groups by reason the planner expects one a row, and sorts them.
  const { rows } = await sql<Packed>`
    with scoped as materialized (${scopedRepositories(scope)})
    select m.repository_id, string_agg(float8send(coalesce(m.value, 'NaN')), '') as values,
      string_agg(float8send(floor(date_part('epoch', m.at)) * ${STEP}::integer + (${flags})), '') as moments
    from (${metric.rows(scope)}) m
    group by m.repository_id`.execute(trx);
  return new Map(
    rows.map(({ repository_id, moments, values }) => [
      repository_id,
      { moments: unpack(moments), values: unpack(values) },
    ]),
  );
}

/** PostgreSQL sends the highest byte first. */
function unpack(packed: Buffer): Float64Array {
  return new Float64Array(Buffer.from(new Uint8Array(packed).buffer).swap64().buffer);
}
