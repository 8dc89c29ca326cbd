import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import type { SourceChanges } from './deployment-source.ts';

/** What changed of a repository since its derived rows were computed. */
export interface TouchedFacts extends SourceChanges {
  /** Also the numbers of reported incidents. */
  readonly issues: readonly number[];
  /** Whether somebody marked a deployment, or took a mark back. */
  readonly marked: boolean;
}

/** What waits to be derived, which it does no more. */
export async function takeTouched(trx: Trx, { tenantId, repositoryId }: Place): Promise<TouchedFacts> {
  // As JSON: the driver gives the numbers of a bigint[] as texts.
  const { rows } = await sql<TouchedFacts>`
    delete from touched_facts where tenant_id = ${tenantId} and repository_id = ${repositoryId}
    returning pulls, to_json(issues) as issues, commits, to_json(deployments) as deployments,
      to_json(releases) as releases, tags, to_json(workflow_runs) as "workflowRuns", marked`.execute(trx);
  return {
    pulls: [...new Set(rows.flatMap((row) => row.pulls))],
    issues: [...new Set(rows.flatMap((row) => row.issues))],
    commits: [...new Set(rows.flatMap((row) => row.commits))],
    deployments: [...new Set(rows.flatMap((row) => row.deployments))],
    releases: [...new Set(rows.flatMap((row) => row.releases))],
    tags: [...new Set(rows.flatMap((row) => row.tags))],
    workflowRuns: [...new Set(rows.flatMap((row) => row.workflowRuns))],
    marked: rows.some(({ marked }) => marked),
  };
}
