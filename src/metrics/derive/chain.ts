import type { Place } from '../definition.ts';

/** The successful deployments of one repository and environment, by finish time, then id. */
export interface Chain extends Place {
  readonly environment: string;
}

export interface ChainDeployment {
  readonly deployment_id: number;
  readonly environment: string;
  /** What it stands for: its commit, or where no branch has that, its match. */
  readonly sha: string;
  /** As PostgreSQL writes it, with microseconds. */
  readonly finished_at: string;
}
