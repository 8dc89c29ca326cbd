import type { Metric } from './metric.ts';
import { isCounted, isOpen, type PackedRows, reasonOf, timeOf } from './packed-rows.ts';

/** The rows that count, and how many do not. */
export interface Samples {
  /** In whole seconds since 1970. */
  readonly at: Float64Array;
  /** NaN: the row has none. */
  readonly values: Float64Array;
  /** 1: it is in the numerator. */
  readonly counted: Uint8Array;
  readonly open: number;
  readonly excluded: ReadonlyMap<string, number>;
}

/** Of all the repositories together. */
export function samplesOf(metric: Metric, packed: Iterable<PackedRows>): Samples {
  const parts = [...packed];
  const length = parts.reduce((sum, { values: more }) => sum + more.length, 0);
  const [at, values, counted] = [new Float64Array(length), new Float64Array(length), new Uint8Array(length)];
  const excluded = new Map<string, number>();
  let [n, open] = [0, 0];
  for (const part of parts) {
    // Hundreds of thousands: an iterator of pairs would take longer than all else.
    for (let index = 0; index < part.moments.length; index++) {
      const moment = part.moments[index] ?? 0;
      const reason = reasonOf(metric, moment);
      if (reason !== undefined) {
        excluded.set(reason, (excluded.get(reason) ?? 0) + 1);
        continue;
      }
      at[n] = timeOf(moment);
      values[n] = part.values[index] ?? Number.NaN;
      counted[n] = isCounted(moment) ? 1 : 0;
      if (isOpen(moment)) open++;
      n++;
    }
  }
  return { at: at.subarray(0, n), values: values.subarray(0, n), counted: counted.subarray(0, n), open, excluded };
}
