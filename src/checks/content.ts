import { createHash } from 'node:crypto';

/** A button of a check run. GitHub shows it to those who may write to the repository. */
export interface CheckRunAction {
  /** At most 20 characters. */
  readonly label: string;
  /** At most 40 characters. */
  readonly description: string;
  /** At most 20 characters. */
  readonly identifier: string;
}

/** What is written into a check run. */
export interface CheckRunContent {
  readonly title: string;
  /** Markdown of at most 65,535 characters. */
  readonly summary: string;
  readonly conclusion: 'success' | 'neutral' | 'failure';
  readonly actions: readonly CheckRunAction[];
}

/** Two contents of one hash need not be sent twice. */
export function hashOf({ title, summary, conclusion, actions }: CheckRunContent): string {
  return createHash('sha256')
    .update(JSON.stringify([title, summary, conclusion, actions]))
    .digest('hex');
}
