import type { AnyMetricResult } from '../metrics/query/any-metric.ts';

interface Cells {
  readonly value: number | null;
  readonly unit: AnyMetricResult['unit'] | null;
  readonly n: number;
  readonly comparison: { readonly value: number | null } | null;
}

export function cellsOf({ value, unit, n, comparison }: Cells) {
  return { now: valueOf(value, unit), before: comparison ? valueOf(comparison.value, unit) : '', n: String(n) };
}

interface Line {
  readonly name: string;
  readonly now: string;
  readonly before: string;
  readonly n: string;
}

export function lineOf({ name, now, before, n }: Line): string {
  return `  ${name.padEnd(34)}${now.padStart(14)}${before.padStart(14)}${n.padStart(10)}`.trimEnd();
}

function valueOf(value: number | null, unit: Cells['unit']): string {
  if (value === null || unit === null) return 'not known';
  switch (unit) {
    case 'per_day':
      return rateOf(value);
    case 'days_per_week':
      return `${value} ${value === 1 ? 'day' : 'days'} a week`;
    case 'ratio':
      return `${(value * 100).toFixed(1)} %`;
    case 'lines':
      return `${Math.round(value)} lines`;
    case 'per_pull_request':
      return value.toFixed(2);
    case 'count':
      return String(value);
    case 'seconds':
      return durationOf(value);
  }
}

/** In the longest time that still has a digit to show. */
function rateOf(perDay: number): string {
  if (perDay === 0 || perDay >= 0.1) return `${perDay.toFixed(2)} a day`;
  return perDay * 7 >= 0.1 ? `${(perDay * 7).toFixed(2)} a week` : `${(perDay * 30).toFixed(2)} a month`;
}

function durationOf(seconds: number): string {
  if (seconds < 3_600) return `${(seconds / 60).toFixed(0)} min`;
  return seconds < 48 * 3_600 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}
