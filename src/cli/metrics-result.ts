import type { AnyMetricResult } from '../metrics/query/any-metric.ts';
import { wallClock } from '../metrics/query/local-time.ts';

/** The metrics as a table for a terminal, and under it what is missing behind them. */
export function describeMetrics(results: readonly AnyMetricResult[], timeZone: string): string {
  const [first] = results;
  if (!first) return 'There are no metrics.';
  const { from, to } = first.window;
  return [
    `${timeOf(from, timeZone)} to ${timeOf(to, timeZone)}, ${timeZone}`,
    ...(first.comparison
      ? [`before: ${timeOf(first.comparison.from, timeZone)} to ${timeOf(first.comparison.to, timeZone)}`]
      : []),
    '',
    lineOf({ name: '', now: 'now', before: first.comparison ? 'before' : '', n: 'samples' }),
    ...results.flatMap(linesOf),
    ...notesOf(results),
  ].join('\n');
}

function linesOf(result: AnyMetricResult): string[] {
  if (result.metric !== 'team-health') return [lineOf({ name: result.metric, ...cellsOf(result) })];
  const measures = result.measures.map((measure) => lineOf({ name: `  ${measure.measure}`, ...cellsOf(measure) }));
  return [`  ${result.metric}`, ...measures];
}

type Cells = Pick<AnyMetricResult, 'value' | 'unit' | 'n' | 'comparison'>;

function cellsOf({ value, unit, n, comparison }: Cells) {
  return { now: valueOf(value, unit), before: comparison ? valueOf(comparison.value, unit) : '', n: String(n) };
}

interface Line {
  readonly name: string;
  readonly now: string;
  readonly before: string;
  readonly n: string;
}

function lineOf({ name, now, before, n }: Line): string {
  return `  ${name.padEnd(34)}${now.padStart(14)}${before.padStart(14)}${n.padStart(10)}`.trimEnd();
}

/** What is missing, and what was left out. What several metrics have to say is said once. */
function notesOf(results: readonly AnyMetricResult[]): string[] {
  const about = new Map<string, string[]>();
  for (const { message, action } of results.flatMap(({ quality }) => quality)) {
    const metrics = results.filter(({ quality }) => quality.some((note) => note.message === message));
    const heading = metrics.length === results.length ? 'all' : metrics.map(({ metric }) => metric).join(', ');
    const lines = about.get(heading) ?? [];
    if (!lines.includes(`    ${message}`)) about.set(heading, [...lines, `    ${message}`, `      ${action}`]);
  }
  const notes = [...about].flatMap(([heading, lines]) => ['', `  ${heading}:`].concat(lines));
  return [...notes, ...leftOut(results), ...nothingBefore(results)];
}

function leftOut(results: readonly AnyMetricResult[]): string[] {
  const lines = results.flatMap(({ metric, excluded }) =>
    excluded.length === 0
      ? []
      : [`    ${metric}: ${excluded.map(({ reason, count }) => `${count} ${reason}`).join(', ')}`],
  );
  return lines.length === 0 ? [] : ['', '  Left out, by reason:', ...lines];
}

function nothingBefore(results: readonly AnyMetricResult[]): string[] {
  const unknown = results.filter(({ value, comparison }) => value !== null && comparison?.value === null);
  if (unknown.length === 0) return [];
  return [
    '',
    `  Before: ${unknown.map(({ metric }) => metric).join(', ')}:`,
    '    Nothing of that time counts, or it was not measured then.',
    '      Compare with another time by --compare FROM..TO, or not at all by --compare none.',
  ];
}

/** Of a midnight only the day. */
function timeOf(time: Date, timeZone: string): string {
  return new Date(wallClock(time, timeZone)).toISOString().slice(0, 16).replace('T', ' ').replace(' 00:00', '');
}

function valueOf(value: number | null, unit: AnyMetricResult['unit']): string {
  if (value === null) return 'not known';
  switch (unit) {
    case 'per_day':
      return rateOf(value);
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
