import type { Trx } from '../../../db/tenant.ts';
import type { Place, VersionedDefinition } from '../definition.ts';
import { attributeChains } from './attribute-chains.ts';
import { refreshCauses } from './causes.ts';
import { listTouchedCommits, refreshChanges } from './deployment-changes.ts';
import { refreshFirstDeployments } from './first-deployments.ts';
import { refreshIncidents } from './incidents.ts';
import { matchDeployments } from './matched-deployments.ts';
import { listPullsOf, refreshMergedPulls } from './merged-pull-requests.ts';
import { updateProductionDeployments } from './production-deployments.ts';
import { findFullName } from './repository-name.ts';
import type { TouchedFacts } from './touched-facts.ts';
import { joinAsPlanned, joinWholeSets } from './whole-sets.ts';

/** Beyond as many commits, all of a repository are less work. */
const MOST_LISTED = 50_000;

interface Update {
  readonly touched: TouchedFacts;
  readonly versioned: VersionedDefinition;
}

/** Brings the derived rows of a repository up to date with what was touched of its facts; the other ones are right. */
export async function updateDerived(trx: Trx, place: Place, { touched, versioned }: Update): Promise<void> {
  const { definition } = versioned;
  const fullName = await findFullName(trx, place);
  const pulls = [...new Set([...touched.pulls, ...(await listPullsOf(trx, place, touched.commits))])];
  await refreshMergedPulls(trx, place, { numbers: pulls, fullName, definition });
  await refreshIncidents(trx, place, { numbers: touched.issues, fullName, definition });
  const { detached, ...listed } = await updateProductionDeployments(trx, place, {
    changes: { ...touched, pulls },
    definition: versioned,
  });
  const rematched = await matchDeployments(trx, place, { pulls, commits: touched.commits });
  const attributed = await attributeChains(trx, place);
  const moved = [...detached.shas, ...rematched.shas, ...attributed.shas];
  const causes = { hours: definition.attribution_window_hours };
  if (moved.length + pulls.length > MOST_LISTED) {
    await joinWholeSets(trx);
    await refreshChanges(trx, place);
    await refreshFirstDeployments(trx, place);
    await joinAsPlanned(trx);
    await refreshCauses(trx, place, { ...causes, changes: undefined });
    return;
  }
  const restated = await listTouchedCommits(trx, place, { pulls, commits: touched.commits });
  const regrouped = await refreshChanges(trx, place, [...new Set([...moved, ...restated])]);
  const mayShip = [...new Set([...pulls, ...detached.pulls, ...rematched.pulls, ...regrouped.numbers])];
  const shipped = await refreshFirstDeployments(trx, place, mayShip);
  const { rollbacks } = attributed;
  if (touched.marked || rollbacks === undefined) {
    await refreshCauses(trx, place, { ...causes, changes: undefined });
    return;
  }
  const deployments = [...listed.deployments, ...detached.deployments, ...rematched.deployments, ...rollbacks];
  const changes = { deployments, since: listed.since, pulls: [...pulls, ...shipped], issues: touched.issues };
  await refreshCauses(trx, place, { ...causes, changes });
}
