import type { Facts } from '../facts/facts.ts';
import { reportedNumber } from '../facts/reported-number.ts';

/** Of GitHub's deployment statuses those that say something of another program's. */
export const reportedStates = ['queued', 'pending', 'in_progress', 'success', 'failure', 'error'] as const;

/** What another program tells of a deployment: that it came to this state at that time. */
export interface DeploymentReport {
  /** The program's own name for it. */
  readonly id: string;
  readonly sha: string;
  readonly ref: string;
  readonly environment: string;
  /** Null: its environment's name says so, or not. */
  readonly production: boolean | null;
  readonly state: (typeof reportedStates)[number];
  readonly startedAt: Date;
  /** When it came to the state. */
  readonly at: Date;
}

/** As GitHub's deployments are told: in any order, any number of times. */
export function deploymentReportFacts(repositoryId: number, report: DeploymentReport): Facts {
  const { id, sha, ref, environment, production, state } = report;
  const at = report.at.toISOString();
  const key = { repository_id: repositoryId, deployment_id: reportedNumber(id) };
  return {
    deployments: [
      {
        ...key,
        observed: {
          at,
          sha,
          ref,
          task: null,
          environment,
          production_environment: production,
          transient_environment: null,
          creator_id: null,
          created_at: report.startedAt.toISOString(),
          reported_id: id,
        },
      },
    ],
    deployment_statuses: [
      {
        ...key,
        deployment_status_id: reportedNumber(`${state} ${at}`),
        observed: { at, state, environment, creator_id: null, created_at: at },
      },
    ],
  };
}
