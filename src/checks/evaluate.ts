import type { CheckedPull, CheckFacts, FileProblem, ProductionPath } from './check-facts.ts';
import { evaluateMerged, type Shipped } from './evaluate-merged.ts';
import { evaluateOpen, type NextStep } from './evaluate-open.ts';
import { type HeadsUp, listHeadsUp } from './heads-up.ts';
import { listViolations, type Violation } from './policies.ts';
import { listStages, type StageRow } from './stages.ts';
import type { Quality } from '../metrics/query/quality.ts';

/** How a head stands. */
type CheckState =
  | 'draft'
  | 'waiting_for_review'
  | 'changes_requested'
  | 'approved'
  | 'closed'
  | 'unmeasured'
  | 'waiting_for_deployment'
  | 'in_production'
  | 'deployment_failed'
  | 'incident'
  | 'recovered'
  | 'rolled_back'
  | 'reverted'
  | 'merge_group'
  | 'hidden'
  | 'off'
  | 'over_plan_limit';

export type ButtonName = 'refresh' | 'not_a_failure' | 'hide' | 'show';

/** What there is to say of a head; whatever has no data is null, or an empty list. */
export interface CheckSummary {
  readonly state: CheckState;
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly repository: string;
  readonly number: number | null;
  readonly nextStep: NextStep | null;
  readonly stages: readonly StageRow[];
  readonly path: ProductionPath | null;
  readonly shipped: Shipped | null;
  readonly headsUp: readonly HeadsUp[];
  readonly violations: readonly Violation[];
  readonly fileProblem: FileProblem | null;
  readonly quality: readonly Quality[];
  readonly buttons: readonly ButtonName[];
  /** When these words change by the passing of time alone. */
  readonly refreshAt: Date | null;
}

/** Nothing is left to do. */
const settled: ReadonlySet<CheckState> = new Set([
  'approved',
  'closed',
  'unmeasured',
  'in_production',
  'recovered',
  'merge_group',
]);
/** Whoever does not want to see it sees a line. */
const silent: ReadonlySet<CheckState> = new Set(['hidden', 'off', 'over_plan_limit', 'merge_group']);

/** What the facts come to: the same facts, the same summary. */
export function evaluate(facts: CheckFacts): CheckSummary {
  const state = stateOf(facts);
  const violations = state === 'off' || state === 'over_plan_limit' ? [] : listViolations(facts);
  const { pull } = facts;
  const said = pull && !silent.has(state) ? evaluatePull(facts, pull, state) : nothing;
  return {
    ...said,
    state,
    conclusion: violations.length > 0 ? 'failure' : settled.has(state) ? 'success' : 'neutral',
    repository: facts.repository.full_name,
    number: pull?.about.number ?? null,
    violations,
    fileProblem: state === 'off' ? null : facts.fileProblem,
    buttons: buttonsOf(state, said.shipped),
  };
}

const nothing = { nextStep: null, stages: [], path: null, shipped: null, headsUp: [], quality: [], refreshAt: null };

function stateOf({ settings, repository, pull }: CheckFacts): CheckState {
  if (!settings.enabled) return 'off';
  if (!repository.tracked) return 'over_plan_limit';
  if (!pull) return 'merge_group';
  if (pull.hiddenBy !== null) return 'hidden';
  if (pull.about.state === 'closed') return 'closed';
  return pull.about.state === 'open' ? evaluateOpen(pull).state : evaluateMerged(pull).state;
}

function evaluatePull({ now, quality }: CheckFacts, pull: CheckedPull, state: CheckState) {
  const isOpen = pull.about.state === 'open';
  const isAhead = isOpen || state === 'waiting_for_deployment';
  const { nextStep } = isOpen ? evaluateOpen(pull) : { nextStep: null };
  const shipped = pull.about.state === 'merged' ? evaluateMerged(pull).shipped : null;
  return {
    nextStep,
    stages: state === 'closed' ? [] : listStages(pull),
    path: isAhead ? pull.path : null,
    shipped,
    headsUp: isOpen ? listHeadsUp(pull) : [],
    quality,
    refreshAt: refreshAt(now, { nextStep, shipped }),
  };
}

const steps = [1, 2, 3, 4, 6, 8, 12, 18, 24, 48, 72, 96, 120, 144, 168, 336, 504, 672];
const HOUR_MS = 3_600_000;

/** Whole hours, in steps that get longer, so that a run that nothing happens to is seldom written. */
export function steppedHours(since: Date, now: Date): number {
  const hours = (now.getTime() - since.getTime()) / HOUR_MS;
  return steps.findLast((step) => step <= hours) ?? 0;
}

function refreshAt(
  now: Date,
  { nextStep, shipped }: { nextStep: NextStep | null; shipped: Shipped | null },
): Date | null {
  if (shipped) return shipped.watchedUntil && shipped.watchedUntil > now ? shipped.watchedUntil : null;
  if (nextStep?.kind !== 'review' || nextStep.since === null) return null;
  const next = steps.find((step) => step > steppedHours(nextStep.since ?? now, now));
  return next === undefined ? null : new Date(nextStep.since.getTime() + next * HOUR_MS);
}

function buttonsOf(state: CheckState, shipped: Shipped | null): ButtonName[] {
  if (state === 'off' || state === 'over_plan_limit' || state === 'merge_group') return ['refresh'];
  if (state === 'hidden') return ['refresh', 'show'];
  return ['refresh', ...(shipped && shipped.deployment.failures.length > 0 ? ['not_a_failure' as const] : []), 'hide'];
}
