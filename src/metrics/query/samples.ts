import type { Metric } from './metric.ts';
import { countRows, type PackedRows, reasonOf, timeOf, valueOfRow } from './packed-rows.ts';

/** The rows that count, and how many do not. */
export interface Samples {
  readonly rows: number;
  /** In seconds since 1970; empty: nobody asked. */
  readonly at: Float64Array;
  /** NaN: the row has none. */
  readonly values: Float64Array;
  /** 1: it is in the numerator of a statistic that has one. */
  readonly counted: Uint8Array;
  readonly open: number;
  readonly excluded: ReadonlyMap<string, number>;
}

export function samplesOf(metric: Metric, packed: PackedRows): Samples {
  const length = countRows(packed);
  const [at, values, counted] = [new Float64Array(length), new Float64Array(length), new Uint8Array(length)];
  const excluded = new Map<string, number>();
  let rows = 0;
  // Hundreds of thousands: an iterator of pairs would take longer than all else.
  for (let row = 0; row < length; row++) {
    const reason = reasonOf(metric, packed, row);
    if (reason !== undefined) {
      excluded.set(reason, (excluded.get(reason) ?? 0) + 1);
      continue;
    }
    if (packed.moments) at[rows] = timeOf(packed.moments, row);
    values[rows] = valueOfRow(packed, row);
    counted[rows] = packed.counted?.[row] ?? 0;
    rows++;
  }
  return {
    rows,
    at: at.subarray(0, packed.moments ? rows : 0),
    values: values.subarray(0, rows),
    counted: counted.subarray(0, rows),
    open: packed.open,
    excluded,
  };
}
