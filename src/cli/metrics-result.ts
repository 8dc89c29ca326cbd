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
    lineOf({ name: '', now: 'now', before: first.comparison ? 'before' : '', n: 'of' }),
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
  return `  ${name.padEnd(34)}${now.padStart(14)}${before.padStart(14)}${n.padStart(8)}`.trimEnd();
}

/** What several metrics have to say is said once. */
function notesOf(results: readonly AnyMetricResult[]): string[] {
  const notes = new Map<string, { metrics: string[]; action: string }>();
  for (const { metric, quality } of results) {
    for (const { message, action } of quality) {
      const note = notes.get(message);
      if (note) note.metrics.push(metric);
      else notes.set(message, { metrics: [metric], action });
    }
  }
  const lines = [...notes].flatMap(([message, { metrics, action }]) => [
    '',
    `  ${metrics.length === results.length ? 'all' : metrics.join(', ')}:`,
    `    ${message}`,
    `    ${action}`,
  ]);
  return lines;
}

/** Of a midnight only the day. */
function timeOf(time: Date, timeZone: string): string {
  return new Date(wallClock(time, timeZone)).toISOString().slice(0, 16).replace('T', ' ').replace(' 00:00', '');
}

function valueOf(value: number | null, unit: AnyMetricResult['unit']): string {
  if (value === null) return 'not known';
  switch (unit) {
    case 'per_day':
      return `${value.toFixed(2)} a day`;
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

function durationOf(seconds: number): string {
  if (seconds < 3_600) return `${(seconds / 60).toFixed(0)} min`;
  return seconds < 48 * 3_600 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}
