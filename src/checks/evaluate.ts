import type { CheckFacts } from './check-facts.ts';

/** How a head stands. */
export interface CheckSummary {
  readonly state: 'draft' | 'waiting_for_review' | 'merged' | 'closed';
  readonly number: number;
}

export function evaluate({ pull }: CheckFacts): CheckSummary {
  return { state: stateOf(pull), number: pull.number };
}

function stateOf({ state, draft }: CheckFacts['pull']): CheckSummary['state'] {
  if (state !== 'open') return state;
  return draft ? 'draft' : 'waiting_for_review';
}
