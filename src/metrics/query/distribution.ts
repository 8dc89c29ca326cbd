import type { Metric } from './metric.ts';

/** How many rows have a value in [from, to); without an end: or more. */
export interface Bucket {
  readonly from: number;
  readonly to: number | null;
  readonly n: number;
}

const [HOUR, DAY] = [3_600, 86_400];

/** The same for every window, so that two distributions can be compared. */
const edges = {
  seconds: [0, HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY],
  lines: [0, 10, 50, 100, 250, 500, 1_000, 5_000],
  per_day: [],
  days_per_week: [],
  ratio: [],
} as const satisfies Readonly<Record<Metric['unit'], readonly number[]>>;

/** @param sorted in ascending order; null where rows have no value of their own */
export function distribution(unit: Metric['unit'], sorted: Float64Array): readonly Bucket[] | null {
  const starts: readonly number[] = edges[unit];
  if (starts.length === 0) return null;
  let place = 0;
  return starts.map((from, index) => {
    const to = starts[index + 1] ?? null;
    const first = place;
    const end = to ?? Infinity;
    while (place < sorted.length && (sorted[place] ?? end) < end) place++;
    return { from, to, n: place - first };
  });
}
