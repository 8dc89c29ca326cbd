/** The values that are there, in ascending order. */
export function sortedValues(values: Float64Array): Float64Array {
  // NaN comes last.
  const sorted = values.toSorted();
  let length = sorted.length;
  while (Number.isNaN(sorted[length - 1])) length--;
  return sorted.subarray(0, length);
}

/**
 * Between the two values around the place, in proportion, as PostgreSQL's `percentile_cont`.
 * @param part 0 to 1
 * @returns null where there is no value
 */
export function percentile(sorted: ArrayLike<number>, part: number): number | null {
  const place = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === undefined || high === undefined ? null : low + (place - Math.floor(place)) * (high - low);
}

/**
 * The greatest value of which no more than half of the others are less, as a percent rank of at most 0.5 selects it.
 * @returns null where there is no value
 */
export function lowerMedian(sorted: ArrayLike<number>): number | null {
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}

export function mean(values: Float64Array): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

export function sum(values: Float64Array | Uint8Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
