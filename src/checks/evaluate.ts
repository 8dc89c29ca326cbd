import type { CheckedPull, CheckFacts, FileProblem, ProductionPath } from './check-facts.ts';
import { evaluateMerged, type Shipped } from './evaluate-merged.ts';
import { evaluateOpen, type NextStep } from './evaluate-open.ts';
import type { ReviewEffort } from './files/review-effort.ts';
import { type EvaluatedReview, evaluateReview, filesUnread, isReviewKnown } from './files/evaluate-review.ts';
import { type HeadsUp, listHeadsUp } from './heads-up.ts';
import { listViolations, type Violation } from './policies.ts';
import { listStages, type StageRow } from './stages.ts';
import type { Quality } from '../metrics/query/quality.ts';

/** How a head stands. */
type CheckState =
  | 'draft'
  | 'waiting_for_review'
  | 'changes_requested'
  | 'review_outstanding'
  | 'approved'
  | 'closed'
  | 'unmeasured'
  | 'waiting_for_deployment'
  | 'not_deployed'
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
  /** The branch that it is to be merged into, or was. */
  readonly base: string | null;
  readonly nextStep: NextStep | null;
  readonly stages: readonly StageRow[];
  /** Null: it is not open, or its files are not known. */
  readonly effort: ReviewEffort | null;
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
  'not_deployed',
  'in_production',
  'recovered',
  'merge_group',
]);
/** Whoever does not want to see it sees a line. */
const silent: ReadonlySet<CheckState> = new Set(['hidden', 'off', 'over_plan_limit', 'merge_group']);

/** What the facts come to: the same facts, the same summary. */
export function evaluate(facts: CheckFacts): CheckSummary {
  const state = stateOf(facts);
  const { pull } = facts;
  const review = pull && evaluateReview(pull);
  const violations = state === 'off' || state === 'over_plan_limit' ? [] : listViolations(facts, review);
  const said = pull && !silent.has(state) ? evaluatePull(facts, { pull, state, review }) : nothing;
  return {
    ...said,
    state,
    conclusion: violations.length > 0 ? 'failure' : settled.has(state) ? 'success' : 'neutral',
    repository: facts.repository.full_name,
    number: pull?.about.number ?? null,
    base: pull?.about.base_ref ?? null,
    violations,
    fileProblem: state === 'off' ? null : facts.fileProblem,
    buttons: buttonsOf(state, said.shipped),
    refreshAt: earliest([said.refreshAt, fileReadAgainAt(facts)]),
  };
}

const nothing = {
  nextStep: null,
  stages: [],
  effort: null,
  path: null,
  shipped: null,
  headsUp: [],
  quality: [],
  refreshAt: null,
};

function stateOf({ now, settings, repository, pull }: CheckFacts): CheckState {
  if (!settings.enabled) return 'off';
  if (!repository.tracked) return 'over_plan_limit';
  if (!pull) return 'merge_group';
  if (pull.hiddenBy !== null) return 'hidden';
  if (pull.about.state === 'closed') return 'closed';
  return pull.about.state === 'open' ? evaluateOpen(pull).state : evaluateMerged(pull, now).state;
}

interface PullParts {
  readonly pull: CheckedPull;
  readonly state: CheckState;
  readonly review: EvaluatedReview | null;
}

function evaluatePull({ now, quality }: CheckFacts, { pull, state, review }: PullParts) {
  const isOpen = pull.about.state === 'open';
  const isAhead = isOpen || state === 'waiting_for_deployment';
  const { nextStep } = isOpen ? evaluateOpen(pull) : { nextStep: null };
  const shipped = pull.about.state === 'merged' ? evaluateMerged(pull, now).shipped : null;
  const waitsSince = state === 'waiting_for_deployment' ? pull.about.merged_at : null;
  const missing = isOpen && !isReviewKnown(pull.review) ? [...quality, filesUnread] : quality;
  return {
    nextStep,
    stages: state === 'closed' ? [] : listStages(pull),
    effort: review && review.effort,
    path: isAhead ? pull.path : null,
    shipped,
    headsUp: isOpen ? listHeadsUp(pull, review) : [],
    quality: missing,
    refreshAt: refreshAt(now, { nextStep, shipped, quality: missing, waitsSince }),
  };
}

const steps = [1, 2, 3, 4, 6, 8, 12, 18, 24, 48, 72, 96, 120, 144, 168, 336, 504, 672];
const HOUR_MS = 3_600_000;

/** Whole hours, in steps that get longer, so that a run that nothing happens to is seldom written. */
export function steppedHours(since: Date, now: Date): number {
  const hours = (now.getTime() - since.getTime()) / HOUR_MS;
  return steps.findLast((step) => step <= hours) ?? 0;
}

interface Changing {
  readonly nextStep: NextStep | null;
  readonly shipped: Shipped | null;
  readonly quality: readonly Quality[];
  /** Since when it waits for a deployment; null: it does not. */
  readonly waitsSince: Date | null;
}

/** What is missing, and will come without a word to this pull request. */
const passing: ReadonlySet<string> = new Set(['backfill_running', filesUnread.code]);
const LOOK_AGAIN_MS = 600_000;

function refreshAt(now: Date, { nextStep, shipped, quality, waitsSince }: Changing): Date | null {
  const times = [
    quality.some(({ code }) => passing.has(code)) ? now.getTime() + LOOK_AGAIN_MS : null,
    shipped?.watch && !shipped.watch.isOver ? shipped.watch.until.getTime() : null,
    waitsSince ? deploymentLookAt(waitsSince, now) : null,
    nextStep?.kind === 'review' && nextStep.since ? nextStepTime(nextStep.since, now) : null,
  ];
  return earliest(times.map((time) => (time === null ? null : new Date(time))));
}

/** What is forbidden stays so for long; it is read again with the next thing that happens. */
function fileReadAgainAt({ now, fileProblem }: CheckFacts): Date | null {
  const isPassing = fileProblem !== null && 'unread' in fileProblem && fileProblem.unread === 'unavailable';
  return isPassing ? new Date(now.getTime() + LOOK_AGAIN_MS) : null;
}

function earliest(dates: readonly (Date | null)[]): Date | null {
  const times = dates.flatMap((date) => date?.getTime() ?? []);
  return times.length === 0 ? null : new Date(Math.min(...times));
}

const DAY_MS = 24 * HOUR_MS;

/** Deployments that do not have it tell nothing to it: a month long somebody looks what they say of its branch. */
function deploymentLookAt(since: Date, now: Date): number | null {
  return now.getTime() - since.getTime() > 30 * DAY_MS ? null : now.getTime() + DAY_MS;
}

function nextStepTime(since: Date, now: Date): number | null {
  const next = steps.find((step) => step > steppedHours(since, now));
  return next === undefined ? null : since.getTime() + next * HOUR_MS;
}

function buttonsOf(state: CheckState, shipped: Shipped | null): ButtonName[] {
  if (state === 'off' || state === 'over_plan_limit' || state === 'merge_group') return ['refresh'];
  if (state === 'hidden') return ['refresh', 'show'];
  return ['refresh', ...(shipped && shipped.deployment.failures.length > 0 ? ['not_a_failure' as const] : []), 'hide'];
}
