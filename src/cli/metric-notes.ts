import type { AnyMetricResult } from '../metrics/query/any-metric.ts';

interface Noted {
  readonly metric: string;
  readonly quality: AnyMetricResult['quality'];
  readonly excluded: AnyMetricResult['excluded'];
}

/** What is done otherwise here than in the API. */
const actions: Readonly<Record<string, string>> = {
  comparison_unknown: 'Compare with another time: `--compare FROM..TO`.',
};

/** What several metrics have to say is said once. */
export function qualityNotes(results: readonly Noted[]): string[] {
  const about = new Map<string, string[]>();
  for (const { code, message, action } of results.flatMap(({ quality }) => quality)) {
    const metrics = results.filter(({ quality }) => quality.some((note) => note.message === message));
    const heading = metrics.length === results.length ? 'all' : metrics.map(({ metric }) => metric).join(', ');
    const lines = about.get(heading) ?? [];
    if (!lines.includes(`    ${message}`))
      about.set(heading, [...lines, `    ${message}`, `      ${actions[code] ?? action}`]);
  }
  return [...about].flatMap(([heading, lines]) => ['', `  ${heading}:`].concat(lines));
}

export function leftOut(results: readonly Noted[]): string[] {
  const lines = results.flatMap(({ metric, excluded }) =>
    excluded.length === 0
      ? []
      : [`    ${metric}: ${excluded.map(({ reason, count }) => `${count} ${reason}`).join(', ')}`],
  );
  return lines.length === 0 ? [] : ['', '  Left out, by reason:', ...lines];
}
