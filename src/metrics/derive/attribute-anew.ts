import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import type { Chain } from './chain.ts';
import { ChainWalk } from './chain-walk.ts';
import { type CommitGraph, readCommitGraph } from './commit-graph.ts';
import { type ChainMarks, readMarks, removeMarks, removeMarksOf, writeMarks } from './shipped-marks.ts';

/**
 * Attributes whole chains in memory, and writes what differs: for a chain that is new, or so far behind that reading
 * the history once is less than walking it by look-ups. It comes to the same rows.
 * @returns the commits that have another deployment than before
 */
export async function attributeAnew(trx: Trx, place: Place, environments: readonly string[]): Promise<string[]> {
  const graph = await readCommitGraph(trx, place);
  const marks = await readMarks(trx, place, graph);
  const shas: string[] = [];
  for (const environment of environments) {
    const found = await attributeChain(trx, { ...place, environment }, { graph, marks: marks.get(environment) });
    const changes = found.behindBaseline.length > 0 ? await listChanges(trx, place) : new Set<string>();
    for (const sha of [...found.restated, ...found.behindBaseline.filter((one) => changes.has(one))]) shas.push(sha);
  }
  await sql`select analyze_grown_facts()`.execute(trx);
  return shas;
}

interface Corrected {
  /** How many commits were marked with another deployment, or with one in vain. */
  readonly marks: number;
  readonly deployments: readonly number[];
}

/** Attributes all chains so, whatever was attributed. @returns what differed */
export async function attributeAll(trx: Trx, place: Place, graph: CommitGraph): Promise<Corrected> {
  const environments = await listEnvironments(trx, place);
  const stored = await readMarks(trx, place, graph);
  const others = [...stored.keys()].filter((environment) => !environments.includes(environment));
  if (others.length > 0) await removeMarksOf(trx, place, others);
  let marks = others.reduce((sum, environment) => sum + (stored.get(environment)?.size ?? 0), 0);
  const deployments: number[] = [];
  for (const environment of environments) {
    const chain = { ...place, environment };
    const found = await attributeChain(trx, chain, { graph, marks: stored.get(environment) });
    marks += found.marked;
    deployments.push(...found.deployments);
  }
  await sql`select analyze_grown_facts()`.execute(trx);
  return { marks, deployments };
}

async function listEnvironments(trx: Trx, { tenantId, repositoryId }: Place): Promise<string[]> {
  const { rows } = await sql<{ environment: string }>`
    select distinct environment from production_deployments
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and outcome = 'success'`.execute(trx);
  return rows.map(({ environment }) => environment);
}

interface ChainRow {
  readonly deployment_id: number;
  readonly sha: string;
  readonly finished_at: string;
  /** Whether it was the first of its chain until now. */
  readonly baseline: boolean;
}

interface Attributed {
  /** How many marks were written or removed. */
  readonly marked: number;
  /** Those that stand otherwise now. */
  readonly deployments: readonly number[];
  /** The commits that have another deployment than before. */
  readonly restated: readonly string[];
  /** The commits that the chain's first deployment has. */
  readonly behindBaseline: readonly string[];
}

async function attributeChain(
  trx: Trx,
  chain: Chain,
  { graph, marks = new Map() }: { graph: CommitGraph; marks?: ChainMarks | undefined },
): Promise<Attributed> {
  const deployments = await listChain(trx, chain);
  const walk = new ChainWalk(
    graph,
    deployments.map(({ sha }) => graph.numberOf(sha)),
  );
  const added: number[] = [];
  const changed: number[] = [];
  const removed: string[] = [];
  const restated: string[] = [];
  const behindBaseline: string[] = [];
  for (const [commit, sha] of graph.shas.entries()) {
    const place = walk.placeOf(commit);
    const deployment = deployments[place];
    const mark = marks.get(commit);
    if (!deployment) {
      if (mark) removed.push(sha);
      continue;
    }
    const moved = mark?.deployment_id !== deployment.deployment_id;
    if (!mark) added.push(commit);
    else if (moved || mark.parents_known !== graph.isKnown(commit)) changed.push(commit);
    if (place === 0) behindBaseline.push(sha);
    else if (moved || deployment.baseline) restated.push(sha);
  }
  const marked = { graph, shippedBy: (commit: number) => deployments[walk.placeOf(commit)] };
  await writeMarks(trx, chain, { ...marked, commits: added, over: false });
  await writeMarks(trx, chain, { ...marked, commits: changed, over: true });
  await removeMarks(trx, chain, removed);
  const standing = await writeStandings(trx, chain, { deployments, rollbacks: walk.findRollbacks() });
  return {
    marked: added.length + changed.length + removed.length,
    deployments: standing,
    restated: [...restated, ...removed],
    behindBaseline,
  };
}

async function listChain(trx: Trx, { tenantId, repositoryId, environment }: Chain): Promise<ChainRow[]> {
  const { rows } = await sql<ChainRow>`
    select deployment_id, head_sha as sha, finished_at::text as finished_at, baseline from production_deployments
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and environment = ${environment}
      and outcome = 'success'
    order by production_deployments.finished_at, deployment_id`.execute(trx);
  return rows;
}

interface Standings {
  readonly deployments: readonly ChainRow[];
  /** By the place of the rollback, the place of what it blames. */
  readonly rollbacks: ReadonlyMap<number, number>;
}

/** @returns the deployments that stood otherwise */
async function writeStandings(
  trx: Trx,
  { tenantId, repositoryId, environment }: Chain,
  { deployments, rollbacks }: Standings,
): Promise<number[]> {
  const blamed = deployments.map((_, place) => deployments[rollbacks.get(place) ?? -1]?.deployment_id ?? null);
  const { rows } = await sql<{ deployment_id: number }>`
    update production_deployments d set attributed = true, baseline = x.baseline, rollback_of = x.rollback_of
    from unnest(${deployments.map(({ deployment_id }) => deployment_id)}::bigint[],
      ${deployments.map((_, place) => place === 0)}::boolean[], ${blamed}::bigint[])
      as x (deployment_id, baseline, rollback_of)
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.environment = ${environment}
      and d.deployment_id = x.deployment_id
      and (d.attributed, d.baseline, d.rollback_of) is distinct from (true, x.baseline, x.rollback_of)
    returning d.deployment_id`.execute(trx);
  return rows.map(({ deployment_id }) => deployment_id);
}

/** Commits that are a change, of any chain: what a baseline takes of them stands otherwise then. */
async function listChanges(trx: Trx, { tenantId, repositoryId }: Place): Promise<Set<string>> {
  const { rows } = await sql<{ sha: string }>`
    select distinct sha from deployment_changes
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  return new Set(rows.map(({ sha }) => sha));
}
