import type { AnyMetricResult } from '../metrics/query/any-metric.ts';
import { describeProfile } from './metrics-profile.ts';
import { wallClock } from '../metrics/query/local-time.ts';
import { cellsOf, lineOf } from './metric-lines.ts';
import { leftOut, qualityNotes } from './metric-notes.ts';

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
    ...describeProfile(results),
  ].join('\n');
}

function linesOf(result: AnyMetricResult): string[] {
  if (result.metric !== 'team-health') return [lineOf({ name: result.metric, ...cellsOf(result) })];
  const measures = result.measures.map((measure) => lineOf({ name: `  ${measure.measure}`, ...cellsOf(measure) }));
  return [`  ${result.metric}`, ...measures];
}

/** What is missing, and what was left out. */
function notesOf(results: readonly AnyMetricResult[]): string[] {
  return [...qualityNotes(results), ...leftOut(results)];
}

/** Of a midnight only the day. */
function timeOf(time: Date, timeZone: string): string {
  return new Date(wallClock(time, timeZone)).toISOString().slice(0, 16).replace('T', ' ').replace(' 00:00', '');
}
