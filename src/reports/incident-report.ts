import type { Facts } from '../facts/facts.ts';

/** What another program tells of an incident, as it stood at `updatedAt`. */
export interface IncidentReport {
  /** The program's own name for it. */
  readonly id: string;
  readonly title: string;
  readonly url: string | null;
  readonly openedAt: Date;
  /** Null: it is open, perhaps again. */
  readonly closedAt: Date | null;
  readonly names: {
    readonly deploymentId: number | null;
    readonly pull: number | null;
    readonly sha: string | null;
  };
  readonly updatedAt: Date;
}

/** In any order, any number of times: the one that was updated last counts. */
export function incidentReportFacts(repositoryId: number, report: IncidentReport): Facts {
  const { id, title, url, openedAt, closedAt, names, updatedAt } = report;
  return {
    reported_incidents: [
      {
        repository_id: repositoryId,
        reported_id: id,
        observed: {
          at: updatedAt.toISOString(),
          title,
          url,
          opened_at: openedAt.toISOString(),
          closed_at: closedAt?.toISOString() ?? null,
          names_deployment: names.deploymentId,
          names_pull: names.pull,
          names_sha: names.sha,
        },
      },
    ],
  };
}
