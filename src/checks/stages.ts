import type { CheckedPull, Median } from './check-facts.ts';

/** A stage of a pull request, beside those of others here. */
export interface StageRow {
  readonly stage: 'coding' | 'pickup' | 'review' | 'deploy' | 'cycle';
  /** Null: it is not over, or an end of it is not known. */
  readonly seconds: number | null;
  /** Since when it runs; null: it does not. */
  readonly since: Date | null;
  /** Null: the API has none of this stage. */
  readonly median: Median | null;
}

const SECOND_MS = 1_000;

/** Those of which something is known. */
export function listStages(pull: CheckedPull): StageRow[] {
  const rows = pull.merged ? mergedStages(pull, pull.merged.stages) : openStages(pull);
  return rows.filter(
    ({ seconds, since, median }) => seconds !== null || since !== null || (median?.value ?? null) !== null,
  );
}

function mergedStages({ medians }: CheckedPull, stages: NonNullable<CheckedPull['merged']>['stages']): StageRow[] {
  return [
    { stage: 'coding', seconds: stages.coding_s, since: null, median: null },
    { stage: 'pickup', seconds: stages.pickup_s, since: null, median: medians.pickup },
    { stage: 'review', seconds: stages.review_s, since: null, median: medians.review },
    { stage: 'deploy', seconds: stages.deploy_s, since: null, median: null },
    { stage: 'cycle', seconds: stages.cycle_s, since: null, median: medians.cycle },
  ];
}

function openStages({ about, medians }: CheckedPull): StageRow[] {
  const { first_commit_at, created_at, ready_at, first_review_at, draft } = about;
  const isWaiting = !draft && first_review_at === null;
  return [
    { stage: 'coding', seconds: span(first_commit_at, created_at), since: null, median: null },
    {
      stage: 'pickup',
      seconds: span(ready_at, first_review_at),
      since: isWaiting ? ready_at : null,
      median: medians.pickup,
    },
    { stage: 'review', seconds: null, since: first_review_at, median: medians.review },
    { stage: 'cycle', seconds: null, since: null, median: medians.cycle },
  ];
}

/** In seconds; 0 where it would be negative. */
function span(from: Date | null, to: Date | null): number | null {
  return from && to ? Math.max(0, to.getTime() - from.getTime()) / SECOND_MS : null;
}
