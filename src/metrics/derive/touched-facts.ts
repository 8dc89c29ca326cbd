import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { reportedNumber } from '../../facts/reported-number.ts';
import type { Place } from '../definition.ts';
import type { SourceChanges } from './deployment-source.ts';

/** What changed of a repository since its derived rows were computed. */
export interface TouchedFacts extends SourceChanges {
  /** Also the numbers of reported incidents. */
  readonly issues: readonly number[];
  /** Whether everything may be otherwise. */
  readonly all: boolean;
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
    all: false,
  };
}

/** All that the repository has, as though everything had changed. */
export async function withEverything(trx: Trx, place: Place, touched: TouchedFacts): Promise<TouchedFacts> {
  const { pulls, issues } = await listEverything(trx, place);
  return {
    ...touched,
    pulls: [...new Set([...touched.pulls, ...pulls])],
    issues: [...new Set([...touched.issues, ...issues])],
    all: true,
  };
}

async function listEverything(
  trx: Trx,
  { tenantId, repositoryId }: Place,
): Promise<Pick<TouchedFacts, 'pulls' | 'issues'>> {
  const ofRepository = sql`tenant_id = ${tenantId} and repository_id = ${repositoryId}`;
  const { rows } = await sql<{ pulls: number[]; issues: number[]; reported: string[] }>`
    select array(select number from pull_requests where ${ofRepository} and merged_at is not null) as pulls,
      array(select number from issues where ${ofRepository} and labels <> '{}'
        union select number from incident_links where ${ofRepository} and number > 0) as issues,
      array(select reported_id from reported_incidents where ${ofRepository}) as reported`.execute(trx);
  const issues = [...(rows[0]?.issues ?? []), ...(rows[0]?.reported ?? []).map(reportedNumber)];
  return { pulls: rows[0]?.pulls ?? [], issues };
}
