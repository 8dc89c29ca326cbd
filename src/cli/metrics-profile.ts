import type { ProfileResult } from '../metrics/profiles/query-profile.ts';
import type { AnyMetricResult } from '../metrics/query/any-metric.ts';
import { cellsOf, lineOf } from './metric-lines.ts';
import { leftOut, qualityNotes } from './metric-notes.ts';

/** The same metrics as another tool computes them, and why they differ. */
export function describeProfile(results: readonly AnyMetricResult[]): string[] {
  const found = results.flatMap(({ metric, profile }) =>
    profile && profile.unit !== null ? [{ metric, ...profile }] : [],
  );
  const [first] = found;
  if (!first) return [];
  return [
    '',
    `  As ${first.tool} computes them:`,
    '',
    ...found.map((result) => lineOf({ name: result.metric, ...cellsOf(result) })),
    ...qualityNotes(found),
    ...leftOut(found),
    ...found.flatMap(differencesOf),
    '',
    `  What is not computed as ${first.tool} does:`,
    ...first.limits.map((limit) => `    ${limit}`),
  ];
}

type Found = ProfileResult & { readonly metric: string };

function differencesOf({ metric, differences }: Found): string[] {
  if (differences.length === 0) return ['', `  ${metric} is computed as here.`];
  const lines = differences.flatMap(({ setting, shiplog, profile, source }) => [
    `    ${setting}: ${profile}`,
    `      here: ${shiplog}`,
    `      ${source}`,
  ]);
  return ['', `  Why ${metric} differs:`, ...lines];
}
