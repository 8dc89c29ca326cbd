import type { Aggregate } from './aggregate.ts';
import type { Statistic } from './metric.ts';

type Parts = Pick<Aggregate, 'value' | 'numerator' | 'denominator' | 'n' | 'excluded' | 'open'>;

const ofValues: Readonly<Partial<Record<Statistic, string>>> = {
  lower_median: 'lower median of',
  mean: 'mean of',
  days_per_week: 'lower median, over the weeks, of the days that have one of',
};

/** How the value comes from the rows, with the numbers. */
export function formulaOf(statistic: Statistic, { value, numerator, denominator, n, excluded, open }: Parts): string {
  if (value === null) return 'not known';
  if (numerator !== null && denominator !== null) {
    if (statistic === 'whole_per_day') return `${numerator} ÷ ${Math.ceil(denominator)}, rounded down = ${value}`;
    return `${numerator} ÷ ${denominator} = ${value}`;
  }
  const left = excluded.map(({ reason, count }) => `${count} ${reason}`);
  if (open > 0) left.push(`${open} open`);
  const without = left.length > 0 ? `, without ${left.join(', ')}` : '';
  return `${ofValues[statistic] ?? 'median of'} ${n} = ${value}${without}`;
}
