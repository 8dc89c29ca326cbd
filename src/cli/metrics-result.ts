import { wallClock } from '../metrics/query/local-time.ts';
import type { MetricResult } from '../metrics/query/query-metric.ts';

/** The metrics as a table for a terminal, and under it what is missing behind them. */
export function describeMetrics(results: readonly MetricResult[], timeZone: string): string {
  const [first] = results;
  if (!first) return 'There are no metrics.';
  const { from, to } = first.window;
  return [
    `${timeOf(from, timeZone)} to ${timeOf(to, timeZone)}, ${timeZone}`,
    '',
    lineOf(['', 'now', 'before', 'of']),
    ...results.map((result) =>
      lineOf([
        result.metric,
        valueOf(result.value, result.unit),
        valueOf(result.comparison?.value ?? null, result.unit),
        String(result.n),
      ]),
    ),
    ...notesOf(results),
  ].join('\n');
}

function lineOf([name = '', now = '', before = '', n = '']: readonly string[]): string {
  return `  ${name.padEnd(22)}${now.padStart(14)}${before.padStart(14)}${n.padStart(8)}`.trimEnd();
}

/** What several metrics have to say is said once. */
function notesOf(results: readonly MetricResult[]): string[] {
  const notes = new Map<string, { metrics: string[]; action: string }>();
  for (const { metric, quality } of results) {
    for (const { message, action } of quality) {
      const note = notes.get(message);
      if (note) note.metrics.push(metric);
      else notes.set(message, { metrics: [metric], action });
    }
  }
  const lines = [...notes].flatMap(([message, { metrics, action }]) => [
    `  ${metrics.join(', ')}:`,
    `    ${message}`,
    `    ${action}`,
  ]);
  return lines.length > 0 ? ['', ...lines] : [];
}

/** Of a midnight only the day. */
function timeOf(time: Date, timeZone: string): string {
  return new Date(wallClock(time, timeZone)).toISOString().slice(0, 16).replace('T', ' ').replace(' 00:00', '');
}

function valueOf(value: number | null, unit: MetricResult['unit']): string {
  if (value === null) return 'not known';
  switch (unit) {
    case 'per_day':
      return `${value.toFixed(2)} a day`;
    case 'ratio':
      return `${(value * 100).toFixed(1)} %`;
    case 'lines':
      return `${Math.round(value)} lines`;
    case 'seconds':
      return durationOf(value);
  }
}

function durationOf(seconds: number): string {
  if (seconds < 3_600) return `${(seconds / 60).toFixed(0)} min`;
  return seconds < 48 * 3_600 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}
