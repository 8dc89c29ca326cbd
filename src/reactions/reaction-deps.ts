import type { Probot } from 'probot';
import type { Database } from '../../db/connection.ts';
import type { ConnectedGitHub } from '../github/create-github.ts';
import type { Logger } from '../logging.ts';
import type { Queue } from '../queue.ts';

/**
 * What reactions may use. They ask nothing of GitHub themselves: they send jobs, idempotent ones, since a reaction may
 * run more than once and in any order.
 */
export interface ReactionDeps {
  readonly db: Database;
  readonly queue: Queue;
  readonly github: ConnectedGitHub;
  readonly log: Logger;
  /** For how long what happens to a head is gathered, before its check run says so. */
  readonly checkRunDebounceMs: number;
}

/** Where reactions are subscribed. `on` alone: what it is told is which deliveries get a job. */
export type Subscriber = Pick<Probot, 'on'>;
