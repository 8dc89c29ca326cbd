import type { CheckedPull, DeploymentRow, Failure, MergedPull } from './check-facts.ts';

/** What a merged pull request came to production with, and what happened then. */
export interface Shipped {
  readonly deployment: DeploymentRow;
  readonly with: readonly number[];
  readonly revertedBy: MergedPull['revertedBy'];
  /** Seconds from the deployment to its earliest recovery, as recovery time counts them; null: it is open. */
  readonly recovery_s: number | null;
  /** For how long an incident that is opened counts as this deployment's; null: its causes are known, or none count. */
  readonly watch: { readonly hours: number; readonly until: Date; readonly isOver: boolean } | null;
}

interface EvaluatedMerge {
  readonly state:
    | 'unmeasured'
    | 'waiting_for_deployment'
    | 'not_deployed'
    | 'in_production'
    | 'deployment_failed'
    | 'incident'
    | 'recovered'
    | 'rolled_back'
    | 'reverted';
  readonly shipped: Shipped | null;
}

const HOUR_MS = 3_600_000;

export function evaluateMerged({ merged, path }: CheckedPull, now: Date): EvaluatedMerge {
  const shipped = merged?.deployment ? shippedWith(merged, merged.deployment, now) : null;
  if (merged?.revertedBy) return { state: 'reverted', shipped };
  if (shipped) return { state: stateAfter(shipped.deployment.failures), shipped };
  if (merged?.baseline) return { state: 'in_production', shipped: null };
  if (!path) return { state: 'unmeasured', shipped: null };
  return { state: merged?.offPath ? 'not_deployed' : 'waiting_for_deployment', shipped: null };
}

function shippedWith(merged: MergedPull, deployment: DeploymentRow, now: Date): Shipped {
  const { failures, finished_at, clearedBy } = deployment;
  const hours = merged.attributionHours;
  const until = new Date(finished_at.getTime() + hours * HOUR_MS);
  return {
    deployment,
    with: merged.shippedWith,
    revertedBy: merged.revertedBy,
    recovery_s: recoveryOf(deployment),
    watch: failures.length === 0 && clearedBy === null ? { hours, until, isOver: until <= now } : null,
  };
}

function stateAfter(failures: readonly Failure[]): EvaluatedMerge['state'] {
  if (failures.length === 0) return 'in_production';
  if (failures.some(({ kind }) => kind === 'rollback')) return 'rolled_back';
  const open = failures.filter(({ recovered_at }) => recovered_at === null);
  if (open.length === 0) return 'recovered';
  return open.some(({ kind }) => kind === 'incident') ? 'incident' : 'deployment_failed';
}

function recoveryOf({ failures, finished_at }: DeploymentRow): number | null {
  const times = failures.flatMap(({ recovered_at }) => (recovered_at ? recovered_at.getTime() : []));
  return times.length === 0 ? null : (Math.min(...times) - finished_at.getTime()) / 1_000;
}
