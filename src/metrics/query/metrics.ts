import { changeFailRate, deploymentFrequency, recoveryTime, reworkRate } from './deployment-metrics.ts';
import { leadTime } from './lead-time.ts';
import type { Metric } from './metric.ts';
import { pullCycle, pullPickup, pullReview, pullSize } from './pull-request-metrics.ts';

export const metrics = {
  'deployment-frequency': deploymentFrequency,
  'lead-time': leadTime,
  'change-fail-rate': changeFailRate,
  'recovery-time': recoveryTime,
  'rework-rate': reworkRate,
  'pr-cycle': pullCycle,
  'pr-pickup': pullPickup,
  'pr-review': pullReview,
  'pr-size': pullSize,
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as [MetricName, ...MetricName[]];
