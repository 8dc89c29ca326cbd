import type { MetricName } from './query/metrics.ts';

/** Where a value stands among the answers to one year's survey, or on its scale: context, and no goal. */
export interface Band {
  readonly year: number;
  /** The report. */
  readonly source: string;
  readonly band: string;
}

/** Of the values in [from, to). What a report leaves out between two bands has a name as well. */
interface Range {
  readonly band: string;
  readonly to: number;
}

interface Report {
  readonly year: number;
  readonly source: string;
  /** By metric, from 0 up. */
  readonly ranges: Readonly<Partial<Record<MetricName, readonly Range[]>>>;
  /** Rates that have a score from 10 for none to 0 for all. */
  readonly scored?: readonly MetricName[];
}

const [HOUR, DAY] = [3_600, 86_400];
const [WEEK, MONTH, HALF_A_YEAR] = [7 * DAY, 30 * DAY, 182 * DAY];
const BETWEEN = 'between bands';
const OUTSIDE = 'outside the bands';
const ENDLESS = Number.POSITIVE_INFINITY;
/** The next number above: `to` is not in a range, and a report's rate is in its band. */
const upTo = (rate: number) => rate + Number.EPSILON;

const durations: readonly Range[] = [
  { band: 'score 10 of 10', to: HOUR },
  { band: 'score 8 of 10', to: DAY },
  { band: 'score 6 of 10', to: WEEK },
  { band: 'score 4 of 10', to: MONTH },
  { band: 'score 2 of 10', to: HALF_A_YEAR },
  { band: 'score 0 of 10', to: ENDLESS },
];

/** Dated data, by metric only what the definitions of the metrics have of each report. */
const reports: readonly Report[] = [
  {
    // In place of clusters: the answers of the survey, from the worst to the best, as 0 to 10.
    year: 2025,
    source: 'https://dora.dev/quickcheck/',
    ranges: {
      'lead-time': durations,
      'recovery-time': durations,
      'deployment-frequency': [
        { band: 'score 0 of 10', to: 1 / 182 },
        { band: 'score 2 of 10', to: 1 / 30 },
        { band: 'score 4 of 10', to: 1 / 7 },
        { band: 'score 6 of 10', to: 1 + Number.EPSILON },
        // Several a day are as well the answer "once an hour to once a day" as "on demand".
        { band: 'score 8 or 10 of 10', to: ENDLESS },
      ],
    },
    scored: ['change-fail-rate', 'rework-rate'],
  },
  {
    year: 2024,
    source: 'https://dora.dev/research/2024/dora-report/',
    ranges: {
      'lead-time': [
        { band: 'elite', to: DAY },
        { band: 'high', to: WEEK },
        { band: 'medium', to: MONTH },
        { band: 'low', to: HALF_A_YEAR },
      ],
      'deployment-frequency': [
        { band: OUTSIDE, to: 1 / 182 },
        { band: 'low', to: 1 / 30 },
        { band: 'medium', to: 1 / 7 },
        { band: 'high', to: 1 + Number.EPSILON },
        { band: 'elite', to: ENDLESS },
      ],
      // Elite 5 %, medium 10 %, high 20 %, low 40 %: in the middle the order is broken.
      'change-fail-rate': [
        { band: 'elite', to: upTo(0.05) },
        { band: BETWEEN, to: upTo(0.2) },
        { band: 'low', to: ENDLESS },
      ],
      'recovery-time': [
        { band: 'elite', to: HOUR },
        { band: 'high or medium', to: DAY },
        { band: BETWEEN, to: WEEK },
        { band: 'low', to: MONTH },
      ],
    },
  },
  {
    year: 2023,
    source: 'https://dora.dev/research/2023/dora-report/',
    ranges: {
      'change-fail-rate': [
        { band: 'elite', to: upTo(0.05) },
        { band: 'high', to: upTo(0.1) },
        { band: 'medium', to: upTo(0.15) },
        { band: 'low', to: ENDLESS },
      ],
    },
  },
];

/** The latest year first; none of a metric that no report has, or whose value is not known. */
export function bandsOf(metric: MetricName, value: number | null): Band[] {
  if (value === null) return [];
  return reports.flatMap(({ year, source, ranges, scored }) => {
    const found = ranges[metric];
    if (found) return [{ year, source, band: found.find(({ to }) => value < to)?.band ?? OUTSIDE }];
    return scored?.includes(metric) ? [{ year, source, band: `score ${(10 * (1 - value)).toFixed(1)} of 10` }] : [];
  });
}
