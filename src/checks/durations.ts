const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];

/** Such as `24 min`, `1 h 24 min` and `2 d 3 h`: its two largest parts. */
export function duration(seconds: number): string {
  if (seconds < MINUTE) return 'less than 1 min';
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < DAY) return parts([Math.floor(seconds / HOUR), 'h'], [Math.floor((seconds % HOUR) / MINUTE), 'min']);
  return parts([Math.floor(seconds / DAY), 'd'], [Math.floor((seconds % DAY) / HOUR), 'h']);
}

function parts([large, largeUnit]: [number, string], [small, smallUnit]: [number, string]): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** Such as `about 15 to 30 min`. */
export function minutes({ low, high }: { readonly low: number; readonly high: number | null }): string {
  if (high === null) return `more than ${duration(low * MINUTE)}`;
  if (low === 0) return `up to ${duration(high * MINUTE)}`;
  return high < HOUR / MINUTE
    ? `about ${low} to ${high} min`
    : `about ${duration(low * MINUTE)} to ${duration(high * MINUTE)}`;
}

/** To the minute, such as `2026-03-02 08:00 UTC`. */
export function moment(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
