import type { Trx } from '../../../db/tenant.ts';
import { getDefinition, type Place } from '../definition.ts';
import { attributeAll } from './attribute-anew.ts';
import { refreshCauses } from './causes.ts';
import { readCommitGraph } from './commit-graph.ts';
import { refreshChanges } from './deployment-changes.ts';
import { Differences } from './differences.ts';
import { refreshFirstDeployments } from './first-deployments.ts';
import { refreshIncidents } from './incidents.ts';
import { matchAllDeployments } from './matched-deployments.ts';
import { refreshMergedPulls } from './merged-pull-requests.ts';
import { correctProductionDeployments } from './production-deployments.ts';
import { findFullName } from './repository-name.ts';
import { joinAsPlanned, joinWholeSets } from './whole-sets.ts';

interface Undecided {
  /**
   * Of a deployment whose commit may be on a branch behind a gap in the known history. All else follows from facts:
   * whoever computes from these alone takes it to be on one.
   */
  readonly undecided: 'as it was' | 'unmatched';
}

/**
 * Computes every derived row of a repository from the facts, and makes those that are stored the same. It relies on none
 * of them, and writes only what differs.
 * @returns what was not right
 */
export async function deriveEverything(trx: Trx, place: Place, { undecided }: Undecided): Promise<Differences> {
  const found = new Differences();
  const versioned = await getDefinition(trx, place);
  const { definition } = versioned;
  const texts = { numbers: undefined, fullName: await findFullName(trx, place), definition };
  found.note('merged_pull_requests', await refreshMergedPulls(trx, place, texts));
  found.note('incidents', await refreshIncidents(trx, place, texts));
  const { sources, deployments } = await correctProductionDeployments(trx, place, versioned);
  found.note('deployment_sources', sources);
  found.note('production_deployments', deployments);
  await deriveShipped(trx, place, { found, undecided });
  const hours = definition.attribution_window_hours;
  const { linked, failures, setAside, rework } = await refreshCauses(trx, place, { hours, changes: undefined });
  found.note('incidents', linked);
  found.note('deployment_failures', failures);
  found.note('set_aside_failures', setAside);
  found.note('deployment_rework', rework);
  return found;
}

/** What the deployments ship, after they are right themselves. */
async function deriveShipped(
  trx: Trx,
  place: Place,
  { found, undecided }: Undecided & { found: Differences },
): Promise<void> {
  const graph = await readCommitGraph(trx, place);
  found.note('production_deployments', await matchAllDeployments(trx, place, { graph, undecided }));
  const attributed = await attributeAll(trx, place, graph);
  found.note('shipped_commits', attributed.marks);
  found.note('production_deployments', attributed.deployments);
  await joinWholeSets(trx);
  found.note('deployment_changes', (await refreshChanges(trx, place)).differed);
  found.note('merged_pull_requests', await refreshFirstDeployments(trx, place));
  await joinAsPlanned(trx);
}
