import type { Metric } from './metric.ts';
import { type PackedRows, reasonOf, timeOf, valueOfRow } from './packed-rows.ts';

/** The rows that count, and how many do not. */
export interface Samples {
  /** In seconds since 1970. */
  readonly at: Float64Array;
  /** NaN: the row has none. */
  readonly values: Float64Array;
  /** 1: it is in the numerator of a statistic that has one. */
  readonly counted: Uint8Array;
  readonly open: number;
  readonly excluded: ReadonlyMap<string, number>;
}

/** Of all the repositories together. */
export function samplesOf(metric: Metric, packed: Iterable<PackedRows>): Samples {
  const parts = [...packed];
  const length = parts.reduce((sum, { length: more }) => sum + more, 0);
  const [at, values, counted] = [new Float64Array(length), new Float64Array(length), new Uint8Array(length)];
  const excluded = new Map<string, number>();
  let [n, open] = [0, 0];
  for (const part of parts) {
    open += part.open;
    // Hundreds of thousands: an iterator of pairs would take longer than all else.
    for (let row = 0; row < part.length; row++) {
      const reason = reasonOf(metric, part, row);
      if (reason !== undefined) {
        excluded.set(reason, (excluded.get(reason) ?? 0) + 1);
        continue;
      }
      at[n] = timeOf(part, row);
      values[n] = valueOfRow(part, row);
      counted[n] = part.counted?.[row] ?? 0;
      n++;
    }
  }
  return { at: at.subarray(0, n), values: values.subarray(0, n), counted: counted.subarray(0, n), open, excluded };
}
