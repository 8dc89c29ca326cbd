import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { attributeAnew } from './attribute-anew.ts';
import { listClosedGaps, markBehind, markShipped } from './attribution.ts';
import type { ChainDeployment } from './chain.ts';
import { findRollbacks, type Position } from './rollbacks.ts';

/** As many deployments that wait are walked faster with the whole history in memory. */
const MANY = 200;

interface Attributed {
  /** The commits that have another deployment than before. */
  readonly shas: readonly string[];
  /** Of those that were there before: rollbacks that blame another deployment now. Undefined: it may be any. */
  readonly rollbacks: readonly number[] | undefined;
}

/** Attributes what waits for it: deployments that are new or were detached, and commits whose parents are known now. */
export async function attributeChains(trx: Trx, place: Place): Promise<Attributed> {
  const waiting = await listUnattributed(trx, place);
  const anew = waiting.length >= MANY || waiting.some(({ is_first }) => is_first);
  const shas = anew ? await attributeAnew(trx, place, [...new Set(waiting.map(({ environment }) => environment))]) : [];
  const changedFrom = new Map<string, Position>();
  const note = (deployment: ChainDeployment) => {
    const known = changedFrom.get(deployment.environment);
    if (!known || isBefore(deployment, known)) changedFrom.set(deployment.environment, deployment);
  };
  for (const deployment of anew ? [] : waiting) {
    for (const sha of await attribute(trx, place, deployment)) shas.push(sha);
    note(deployment);
  }
  for (const gap of await listClosedGaps(trx, place)) {
    for (const sha of await markBehind(trx, place, gap)) shas.push(sha);
    note(gap);
  }
  const rollbacks: number[] = [];
  for (const [environment, from] of changedFrom) {
    rollbacks.push(...(await findRollbacks(trx, { ...place, environment }, from)));
  }
  return { shas, rollbacks: anew ? undefined : rollbacks };
}

function isBefore(a: Position, b: Position): boolean {
  return a.finished_at === b.finished_at ? a.deployment_id < b.deployment_id : a.finished_at < b.finished_at;
}

interface Unattributed extends ChainDeployment {
  readonly is_first: boolean;
}

async function listUnattributed(trx: Trx, { tenantId, repositoryId }: Place): Promise<Unattributed[]> {
  const { rows } = await sql<Unattributed>`
    select d.deployment_id, d.environment, d.head_sha as sha, d.finished_at::text as finished_at, d.deployment_id = (
      select b.deployment_id from production_deployments b
      where b.tenant_id = ${tenantId} and b.repository_id = ${repositoryId} and b.environment = d.environment
        and b.outcome = 'success'
      order by b.finished_at, b.deployment_id limit 1) as is_first
    from production_deployments d
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.outcome = 'success'
      and not d.attributed
    order by d.finished_at, d.deployment_id`.execute(trx);
  return rows;
}

async function attribute(trx: Trx, place: Place, deployment: ChainDeployment): Promise<string[]> {
  const { tenantId, repositoryId } = place;
  const shas = await markShipped(trx, place, deployment);
  await sql`
    update production_deployments set attributed = true, baseline = false
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}
      and deployment_id = ${deployment.deployment_id}`.execute(trx);
  return shas;
}
