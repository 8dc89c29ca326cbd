import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import { type Trx, withTenant } from '../../../db/tenant.ts';
import { notifyStale } from '../../facts/stale.ts';
import { getDefinition, type Place } from '../definition.ts';
import { attributeChains } from './attribute-chains.ts';
import { listTouchedCommits, refreshChanges } from './deployment-changes.ts';
import { refreshFirstDeployments } from './first-deployments.ts';
import { refreshCauses } from './causes.ts';
import { refreshIncidents } from './incidents.ts';
import { lockDerived } from './lock.ts';
import { matchDeployments } from './matched-deployments.ts';
import { listPullsOf, refreshMergedPulls } from './merged-pull-requests.ts';
import { updateProductionDeployments } from './production-deployments.ts';
import { takeTouched, type TouchedFacts, withEverything } from './touched-facts.ts';

/** Beyond as many commits, all of a repository are less work. */
const MOST_LISTED = 50_000;

/**
 * Brings the derived rows of a tenant up to date with its facts, a repository at a time, each in a transaction of its
 * own. The work is in proportion to what was touched.
 * @param signal ends it early, between two repositories
 * @returns the ids of the repositories
 */
export async function recomputeTouched(
  db: Database,
  tenantId: number,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const repositories = await withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<{ repository_id: number }>`
      select distinct repository_id from touched_facts where tenant_id = ${tenantId} order by 1`.execute(trx);
    return rows.map(({ repository_id }) => repository_id);
  });
  if (repositories.length > 0) await refreshStatistics(db, tenantId);
  for (const repositoryId of repositories) {
    if (signal?.aborted) break;
    await withTenant(db, tenantId, (trx) => recomputeRepository(trx, { tenantId, repositoryId }));
  }
  return repositories;
}

/** Brings the derived rows of a repository up to date, in the transaction at hand. */
export async function recomputeRepository(trx: Trx, place: Place): Promise<void> {
  await lockDerived(trx, place);
  await updateDerived(trx, place, await takeTouched(trx, place));
  await notifyStale(trx, place.tenantId, new Map([[place.repositoryId, new Set(['metrics', 'incidents'] as const)]]));
}

/** Removes every derived row of a tenant and computes it from the facts. @returns the number of repositories */
export async function recomputeAll(db: Database, tenantId: number, signal?: AbortSignal): Promise<number> {
  const repositories = await withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<{ repository_id: number }>`
      select repository_id from repositories where tenant_id = ${tenantId} order by 1`.execute(trx);
    return rows.map(({ repository_id }) => repository_id);
  });
  await refreshStatistics(db, tenantId);
  for (const repositoryId of repositories) {
    signal?.throwIfAborted();
    await withTenant(db, tenantId, async (trx) => {
      const place = { tenantId, repositoryId };
      await lockDerived(trx, place);
      const touched = await takeTouched(trx, place);
      await removeDerived(trx, place);
      await updateDerived(trx, place, await withEverything(trx, place, touched));
    });
  }
  return repositories.length;
}

/** In a transaction of its own: its lock would keep autovacuum out for as long as a recompute takes. */
async function refreshStatistics(db: Database, tenantId: number): Promise<void> {
  await withTenant(db, tenantId, (trx) => sql`select analyze_grown_facts()`.execute(trx));
}

async function updateDerived(trx: Trx, place: Place, changed: TouchedFacts): Promise<void> {
  const versioned = await getDefinition(trx, place);
  const { definition, version } = versioned;
  const touched = (await isDefinedAnew(trx, place, version)) ? await withEverything(trx, place, changed) : changed;
  const fullName = await findFullName(trx, place);
  const pulls = [...new Set([...touched.pulls, ...(await listPullsOf(trx, place, touched.commits))])];
  await refreshMergedPulls(trx, place, { numbers: pulls, fullName, definition });
  await refreshIncidents(trx, place, { numbers: touched.issues, fullName, definition });
  const { detached, ...listed } = await updateProductionDeployments(trx, place, {
    changes: touched.all ? undefined : { ...touched, pulls },
    definition: versioned,
  });
  const rematched = await matchDeployments(trx, place, {
    pulls,
    commits: touched.commits,
    all: touched.all,
  });
  const attributed = await attributeChains(trx, place);
  const moved = [...detached.shas, ...rematched.shas, ...attributed.shas];
  const causes = { hours: definition.attribution_window_hours };
  if (touched.all || moved.length + pulls.length > MOST_LISTED) {
    await joinWholeSets(trx);
    await refreshChanges(trx, place);
    await refreshFirstDeployments(trx, place);
    await joinAsPlanned(trx);
    await refreshCauses(trx, place, { ...causes, changes: undefined });
    return;
  }
  const restated = await listTouchedCommits(trx, place, { pulls, commits: touched.commits });
  const regrouped = await refreshChanges(trx, place, [...new Set([...moved, ...restated])]);
  const mayShip = [...new Set([...pulls, ...detached.pulls, ...rematched.pulls, ...regrouped])];
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

/**
 * For statements that read all of a repository: rows that were written a moment ago have no statistics yet, and
 * look-ups one by one, which the planner then thinks of, take ten times as long as joins of whole sets.
 */
async function joinWholeSets(trx: Trx): Promise<void> {
  await sql`select set_config('enable_nestloop', 'off', true), set_config('work_mem', '256MB', true)`.execute(trx);
}

async function joinAsPlanned(trx: Trx): Promise<void> {
  await sql`set local enable_nestloop to default`.execute(trx);
  await sql`set local work_mem to default`.execute(trx);
}

/** Whether what is derived was so by another version of the definition. */
async function isDefinedAnew(trx: Trx, { tenantId, repositoryId }: Place, version: number): Promise<boolean> {
  const { rows } = await sql`
    select from deployment_sources
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and definition_version <> ${version}`.execute(
    trx,
  );
  return rows.length > 0;
}

async function findFullName(trx: Trx, { tenantId, repositoryId }: Place): Promise<string> {
  const { rows } = await sql<{ full_name: string | null }>`
    select full_name from repositories
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  return rows[0]?.full_name ?? '';
}

/** What a recompute removes and computes anew. */
export const derivedTables = [
  'deployment_sources',
  'production_deployments',
  'shipped_commits',
  'deployment_changes',
  'merged_pull_requests',
  'incidents',
  'deployment_failures',
  'set_aside_failures',
  'deployment_rework',
] as const;

async function removeDerived(trx: Trx, { tenantId, repositoryId }: Place): Promise<void> {
  for (const table of derivedTables) {
    await sql`
      delete from ${sql.table(table)} where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  }
}
