import type { Trx } from '../../../db/tenant.ts';
import { type Aggregate, type Summary, summarize } from '../query/aggregate.ts';
import { listUnread } from '../query/history-quality.ts';
import type { Metric } from '../query/metric.ts';
import type { MetricName } from '../query/metrics.ts';
import { describeQuality, findSources, isMeasured, type Quality } from '../query/quality.ts';
import type { MetricQuery } from '../query/query-metric.ts';
import type { MetricScope } from '../query/scope.ts';
import type { Window } from '../query/window.ts';
import { type Difference, listDifferences } from './differences.ts';
import { profileMetric } from './profile-metric.ts';
import { type ProfileName, profiles } from './profiles.ts';

/** A number as another tool computes it, and why it differs from Shiplog's. */
export interface ProfileResult {
  readonly name: ProfileName;
  readonly tool: string;
  /** Null: not known, and `quality` says why. */
  readonly value: number | null;
  readonly unit: Metric['unit'] | null;
  readonly n: number;
  readonly numerator: number | null;
  readonly denominator: number | null;
  /** Of recovery: how many have none yet. */
  readonly open: number;
  readonly excluded: Aggregate['excluded'];
  readonly comparison: (Window & Summary) | null;
  readonly differences: readonly Difference[];
  /** What is not computed as the tool does. */
  readonly limits: readonly string[];
  readonly quality: readonly Quality[];
}

export interface AskedProfile {
  readonly profile: ProfileName;
  readonly name: MetricName | 'team-health';
}

export async function queryProfile(
  trx: Trx,
  { profile, name }: AskedProfile,
  query: MetricQuery,
): Promise<ProfileResult> {
  const metric = profileMetric(profile, name);
  const { tool, limits } = profiles[profile];
  if (!metric) return { ...notThere, name: profile, tool, quality: [notIn(tool, name)] };
  const sources = await findSources(trx, query);
  const { value, n, numerator, denominator, open, excluded } = await measure(trx, metric, query);
  return {
    name: profile,
    tool,
    value,
    unit: metric.unit,
    n,
    numerator,
    denominator,
    open,
    excluded,
    comparison: query.compare ? await compare(trx, metric, { ...query, ...query.compare }) : null,
    differences: listDifferences(profile, name),
    limits,
    quality: [
      ...(await describeQuality(trx, metric, { scope: query, sources, found: { n, open, excluded } })),
      ...(await listUnread(trx, query)),
    ],
  };
}

async function compare(trx: Trx, metric: Metric, query: MetricQuery): Promise<ProfileResult['comparison']> {
  const { value, n, numerator, denominator } = await measure(trx, metric, query);
  return { from: query.from, to: query.to, value, n, numerator, denominator };
}

async function measure(trx: Trx, metric: Metric, scope: MetricScope) {
  const found = await summarize(trx, metric, scope);
  const isLeftOut = found.n === 0 && found.excluded.length > 0;
  // Of deployments that are all left out, how many there were is not known: that is no 0.
  const isKnown = isMeasured(metric, await findSources(trx, scope)) && !isLeftOut;
  return { ...found, ...(!isKnown && { value: null }) };
}

const notThere = {
  value: null,
  unit: null,
  n: 0,
  numerator: null,
  denominator: null,
  open: 0,
  excluded: [],
  comparison: null,
  differences: [],
  limits: [],
} as const;

function notIn(tool: string, name: string): Quality {
  return {
    code: 'not_in_profile',
    message: `${tool} has no ${name} that is known here, so there is nothing to reproduce.`,
    action: "Read Shiplog's own value.",
  };
}
