import { z } from '@hono/zod-openapi';
import { type AnyMetricResult, anyMetricNames } from '../../metrics/query/any-metric.ts';
import { healthMeasureNames } from '../../metrics/query/health/measures.ts';
import type { TeamHealthResult } from '../../metrics/query/health/query-team-health.ts';
import { explainedProfileSchema, presentProfile, profileSchema } from './metric-profile-schema.ts';
import {
  comparison,
  excluded,
  number,
  presentComparison,
  presentWindow,
  qualitySchema,
  unit,
  windowSchema,
} from './metric-value-schema.ts';
import { iso, timestamp } from './parameters.ts';

export const metricName = z.enum(anyMetricNames);
const measure = z.enum(healthMeasureNames);

const series = z.array(
  z.object({
    from: timestamp,
    value: number.openapi({ description: 'Null: nothing of the day or week counts, or nothing was measured.' }),
    n: z.int(),
  }),
);

const teamHealthMeasure = z
  .object({
    measure,
    value: number.openapi({ description: 'Null: not known, and `quality` of the metric says why.' }),
    unit,
    n: z.int().openapi({ description: 'How many things it is made of.' }),
    numerator: number,
    denominator: number,
    comparison,
    series,
  })
  .openapi('TeamHealthMeasure', {
    example: {
      measure: 'review_load_spread',
      value: 0.25,
      unit: 'ratio',
      n: 40,
      numerator: 2,
      denominator: 8,
      comparison: null,
      series: [{ from: '2026-03-01T00:00:00.000Z', value: 0.25, n: 40 }],
    },
  });

export const metricSchema = z
  .object({
    metric: metricName,
    value: number.openapi({ description: 'Null: not known, and `quality` says why. Never 0 for that.' }),
    unit,
    n: z.int().openapi({ description: 'How many rows the value is made of.' }),
    numerator: number,
    denominator: number,
    excluded,
    window: windowSchema,
    comparison,
    series,
    distribution: z
      .array(
        z.object({ from: z.number(), to: number.openapi({ description: 'Not in it; null: no end.' }), n: z.int() }),
      )
      .optional()
      .openapi({ description: 'Of durations and sizes: how many rows have a value in [from, to).' }),
    definition_version: z.string(),
    quality: qualitySchema,
    bands: z
      .array(
        z.object({
          year: z.int(),
          source: z.url().openapi({ description: 'The report, or the check that has the scale.' }),
          band: z.string(),
        }),
      )
      .openapi({
        description:
          "Where the value stands in each year's DORA clusters, or since 2025 on its scale from 0 to 10: context, no goal.",
      }),
    p75: number.optional().openapi({ description: 'Of durations and sizes.' }),
    p90: number.optional().openapi({ description: 'Of durations and sizes.' }),
    mean: number.optional().openapi({ description: 'Of durations and sizes.' }),
    open: z
      .int()
      .optional()
      .openapi({ description: 'Of `recovery-time`: failed deployments that have not recovered.' }),
    deployment_days_per_week: number.optional().openapi({ description: 'Of `deployment-frequency`: the median.' }),
    measure: measure.optional().openapi({ description: 'Of `team-health`: what `value` is of.' }),
    profile: profileSchema.optional().openapi({ description: 'Where `profile` is asked for.' }),
    measures: z.array(teamHealthMeasure).optional().openapi({ description: 'Of `team-health`: all of its measures.' }),
  })
  .openapi('Metric', {
    example: {
      metric: 'change-fail-rate',
      value: 0.2,
      unit: 'ratio',
      n: 5,
      numerator: 1,
      denominator: 5,
      excluded: [],
      window: { from: '2026-03-01T00:00:00.000Z', to: '2026-03-29T00:00:00.000Z' },
      comparison: null,
      series: [{ from: '2026-03-01T00:00:00.000Z', value: 0.2, n: 5 }],
      definition_version: '2026.1',
      quality: [],
      bands: [{ year: 2024, source: 'https://dora.dev/research/2024/dora-report/', band: 'between bands' }],
    },
  });

export const metricRowSchema = z
  .object({
    repository: z.string(),
    id: z.int().openapi({ description: "The deployment's id, the pull request's number, or the review's id." }),
    at: timestamp.openapi({
      description:
        'What places the row in the window: its finish, its merge or its submission; of what is open, its opening.',
    }),
    value: number,
    counted: z.boolean().openapi({ description: 'Of a rate: whether the row is in the numerator.' }),
    excluded: z.string().nullable().openapi({ description: 'Why the row does not count; null: it does.' }),
    open: z
      .boolean()
      .optional()
      .openapi({ description: 'Of `recovery-time`: whether there is no recovery yet, and so no value.' }),
    detail: z.record(z.string(), z.unknown()).openapi({ description: 'What the row is made of.' }),
  })
  .openapi('MetricRow', {
    example: {
      repository: 'acme/shop',
      id: 42,
      at: '2026-03-02T08:24:00.000Z',
      value: 36000,
      counted: true,
      excluded: null,
      detail: { number: 1347, rule: 'merge_commit' },
    },
  });

export const explanationSchema = z
  .object({
    metric: metricName,
    measure: measure.optional().openapi({ description: 'Of `team-health`.' }),
    unit,
    meaning: z.string(),
    formula: z.string().openapi({ description: 'How the value comes from the rows, with the numbers.' }),
    value: number,
    window: windowSchema,
    excluded,
    definition_version: z.string(),
    definition: z.record(z.string(), z.unknown()).openapi({ description: 'What may be set, as it is set.' }),
    sources: z.array(
      z.object({
        repository: z.string(),
        source: z.string().openapi({ description: 'What counts as a deployment; `none`: nothing does.' }),
        automatic: z.boolean(),
      }),
    ),
    quality: qualitySchema,
    profile: explainedProfileSchema.optional().openapi({ description: 'Where `profile` is asked for.' }),
  })
  .openapi('Explanation', {
    example: {
      metric: 'change-fail-rate',
      unit: 'ratio',
      meaning: 'Failed production deployments, divided by the finished ones.',
      formula: '1 ÷ 5 = 0.2',
      value: 0.2,
      window: { from: '2026-03-01T00:00:00.000Z', to: '2026-03-29T00:00:00.000Z' },
      excluded: [],
      definition_version: '2026.1',
      definition: { attribution_window_hours: 72 },
      sources: [{ repository: 'acme/shop', source: 'github_deployment', automatic: true }],
      quality: [],
    },
  });

/** What every metric has. */
function presentValue(result: AnyMetricResult) {
  const { value, unit, n, numerator, denominator, definition_version } = result;
  return {
    value,
    unit,
    n,
    numerator,
    denominator,
    excluded: [...result.excluded],
    window: presentWindow(result.window),
    ...presentCourse(result),
    definition_version,
    quality: [...result.quality],
  };
}

/** What it is compared with, and its series. */
function presentCourse({ comparison, series: points }: Pick<AnyMetricResult, 'comparison' | 'series'>) {
  return {
    comparison: presentComparison(comparison),
    series: points.map((point) => ({ from: iso(new Date(point.from)), value: point.value, n: point.n })),
  };
}

export function presentMetric(result: AnyMetricResult): z.infer<typeof metricSchema> {
  const { profile } = result;
  return { ...presentOwn(result), ...(profile && { profile: presentProfile(profile) }) };
}

function presentOwn(result: AnyMetricResult): z.infer<typeof metricSchema> {
  if (result.metric === 'team-health') return presentTeamHealth(result);
  const { metric } = result;
  const isMedian = result.unit === 'seconds' || result.unit === 'lines';
  return {
    metric,
    ...presentValue(result),
    bands: [...result.bands],
    ...(isMedian && { p75: result.p75, p90: result.p90, mean: result.mean }),
    ...(result.distribution && { distribution: [...result.distribution] }),
    ...(metric === 'recovery-time' && { open: result.open }),
    ...(metric === 'deployment-frequency' && { deployment_days_per_week: result.deployment_days_per_week }),
  };
}

function presentTeamHealth(result: Extract<AnyMetricResult, TeamHealthResult>): z.infer<typeof metricSchema> {
  const { metric, measure: asked, measures } = result;
  return {
    metric,
    measure: asked,
    ...presentValue(result),
    bands: [],
    measures: measures.map(presentMeasure),
  };
}

function presentMeasure(measured: TeamHealthResult['measures'][number]): z.infer<typeof teamHealthMeasure> {
  const { measure: name, value, unit: ofIt, n, numerator, denominator } = measured;
  return { measure: name, value, unit: ofIt, n, numerator, denominator, ...presentCourse(measured) };
}
