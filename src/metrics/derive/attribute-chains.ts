import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { listClosedGaps, markBaseline, markBehind, markShipped } from './attribution.ts';
import type { ChainDeployment } from './chain.ts';
import { findRollbacks, type Position } from './rollbacks.ts';

/**
 * Attributes what waits for it: deployments that are new or were detached, and commits whose parents are known now.
 * @returns the commits that have another deployment than before
 */
export async function attributeChains(trx: Trx, place: Place): Promise<string[]> {
  const shas: string[] = [];
  const changedFrom = new Map<string, Position>();
  const note = (deployment: ChainDeployment) => {
    const known = changedFrom.get(deployment.environment);
    if (!known || isBefore(deployment, known)) changedFrom.set(deployment.environment, deployment);
  };
  for (const deployment of await listUnattributed(trx, place)) {
    for (const sha of await attribute(trx, place, deployment)) shas.push(sha);
    note(deployment);
  }
  for (const gap of await listClosedGaps(trx, place)) {
    for (const sha of await markBehind(trx, place, gap)) shas.push(sha);
    note(gap);
  }
  for (const [environment, from] of changedFrom) await findRollbacks(trx, { ...place, environment }, from);
  return shas;
}

function isBefore(a: Position, b: Position): boolean {
  return a.finished_at === b.finished_at ? a.deployment_id < b.deployment_id : a.finished_at < b.finished_at;
}

interface Unattributed extends ChainDeployment {
  readonly is_first: boolean;
}

async function listUnattributed(trx: Trx, { tenantId, repositoryId }: Place): Promise<Unattributed[]> {
  const { rows } = await sql<Unattributed>`
    select d.deployment_id, d.environment, d.sha, d.finished_at::text as finished_at, not exists (
      select from production_deployments b
      where b.tenant_id = ${tenantId} and b.repository_id = ${repositoryId} and b.environment = d.environment
        and b.outcome = 'success' and (b.finished_at, b.deployment_id) < (d.finished_at, d.deployment_id)) as is_first
    from production_deployments d
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.outcome = 'success'
      and not d.attributed
    order by d.finished_at, d.deployment_id`.execute(trx);
  return rows;
}

async function attribute(trx: Trx, place: Place, deployment: Unattributed): Promise<string[]> {
  const { tenantId, repositoryId } = place;
  const shas: string[] = [];
  if (deployment.is_first) {
    shas.push(...(await replaceBaseline(trx, place, deployment)));
    await markBaseline(trx, place, deployment);
    shas.push(...(await listTaken(trx, place, deployment)));
  } else {
    shas.push(...(await markShipped(trx, place, deployment)));
  }
  await sql`
    update production_deployments set attributed = true, baseline = ${deployment.is_first}
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}
      and deployment_id = ${deployment.deployment_id}`.execute(trx);
  return shas;
}

/** What was the first of the chain until now ships its commits, but for those that the new first has. */
async function replaceBaseline(trx: Trx, { tenantId, repositoryId }: Place, deployment: ChainDeployment) {
  const { rows } = await sql<{ sha: string }>`
    with former as (
      update production_deployments set baseline = false
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and environment = ${deployment.environment}
        and baseline
      returning deployment_id
    )
    select m.sha from former join shipped_commits m on m.tenant_id = ${tenantId}
      and m.repository_id = ${repositoryId} and m.deployment_id = former.deployment_id`.execute(trx);
  return rows.map(({ sha }) => sha);
}

/** Commits of the baseline that another deployment shipped until now, in this chain or in another. */
async function listTaken(trx: Trx, { tenantId, repositoryId }: Place, { deployment_id }: ChainDeployment) {
  const { rows } = await sql<{ sha: string }>`
    select distinct c.sha from deployment_changes c
    join shipped_commits m on m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.sha = c.sha
      and m.deployment_id = ${deployment_id}
    where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId}`.execute(trx);
  return rows.map(({ sha }) => sha);
}
