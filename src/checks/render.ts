import type { CheckRunContent } from './content.ts';
import type { CheckSummary } from './evaluate.ts';

const titles = {
  draft: 'Draft',
  waiting_for_review: 'Waiting for review',
  merged: 'Merged',
  closed: 'Closed without a merge',
} as const satisfies Record<CheckSummary['state'], string>;

export function render({ state, number }: CheckSummary): CheckRunContent {
  return { title: titles[state], summary: `#${number}`, conclusion: 'neutral', actions: [] };
}
