import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import type { Chain } from './chain.ts';
import { ChainWalk } from './chain-walk.ts';
import { type CommitGraph, readCommitGraph } from './commit-graph.ts';

/**
 * Attributes whole chains in memory, and writes what differs: for a chain that is new, or so far behind that reading
 * the history once is less than walking it by look-ups. It comes to the same rows.
 * @returns the commits that have another deployment than before
 */
export async function attributeAnew(trx: Trx, place: Place, environments: readonly string[]): Promise<string[]> {
  const graph = await readCommitGraph(trx, place);
  const shas: string[] = [];
  for (const environment of environments) {
    for (const sha of await attributeChain(trx, { ...place, environment }, graph)) shas.push(sha);
  }
  await sql`select analyze_grown_facts()`.execute(trx);
  return shas;
}

const CHUNK = 50_000;

interface ChainRow {
  readonly deployment_id: number;
  readonly sha: string;
  readonly finished_at: string;
  /** Whether it was the first of its chain until now. */
  readonly baseline: boolean;
}

async function attributeChain(trx: Trx, chain: Chain, graph: CommitGraph): Promise<string[]> {
  const deployments = await listChain(trx, chain);
  const walk = new ChainWalk(
    graph,
    deployments.map(({ sha }) => graph.numberOf(sha)),
  );
  const marks = await readMarks(trx, chain, graph);
  const written: number[] = [];
  const restated: number[] = [];
  const behindBaseline: number[] = [];
  for (let commit = 0; commit < graph.shas.length; commit++) {
    const place = walk.placeOf(commit);
    const deployment = deployments[place];
    if (!deployment) continue;
    const mark = marks.get(commit);
    const moved = mark?.deployment_id !== deployment.deployment_id;
    if (moved || mark?.parents_known !== graph.isKnown(commit)) written.push(commit);
    if (place === 0) behindBaseline.push(commit);
    else if (moved || deployment.baseline) restated.push(commit);
  }
  await writeMarks(trx, chain, { graph, commits: written, shippedBy: (commit) => deployments[walk.placeOf(commit)] });
  await writeStandings(trx, chain, { deployments, rollbacks: walk.findRollbacks() });
  const changes = behindBaseline.length > 0 ? await listChanges(trx, chain) : new Set<string>();
  const shas = restated.map((commit) => graph.shas[commit] ?? '');
  for (const commit of behindBaseline) {
    const sha = graph.shas[commit];
    if (sha !== undefined && changes.has(sha)) shas.push(sha);
  }
  return shas;
}

async function listChain(trx: Trx, { tenantId, repositoryId, environment }: Chain): Promise<ChainRow[]> {
  const { rows } = await sql<ChainRow>`
    select deployment_id, head_sha as sha, finished_at::text as finished_at, baseline from production_deployments
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and environment = ${environment}
      and outcome = 'success'
    order by production_deployments.finished_at, deployment_id`.execute(trx);
  return rows;
}

interface Mark {
  readonly sha: string;
  readonly deployment_id: number;
  readonly parents_known: boolean;
}

async function readMarks(trx: Trx, { tenantId, repositoryId, environment }: Chain, graph: CommitGraph) {
  const { rows } = await sql<Mark>`
    select sha, deployment_id, parents_known from shipped_commits
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and environment = ${environment}`.execute(trx);
  return new Map(rows.map((mark) => [graph.numberOf(mark.sha), mark]));
}

interface Marks {
  readonly graph: CommitGraph;
  readonly commits: readonly number[];
  readonly shippedBy: (commit: number) => ChainRow | undefined;
}

async function writeMarks(trx: Trx, { tenantId, repositoryId, environment }: Chain, marks: Marks): Promise<void> {
  const { graph, commits, shippedBy } = marks;
  for (let start = 0; start < commits.length; start += CHUNK) {
    const chunk = commits.slice(start, start + CHUNK);
    const deployments = chunk.map((commit) => shippedBy(commit));
    await sql`
      insert into shipped_commits
        (tenant_id, repository_id, sha, environment, deployment_id, finished_at, parents_known)
      select ${tenantId}::bigint, ${repositoryId}::bigint, x.sha, ${environment}, x.deployment_id, x.finished_at,
        x.parents_known
      from unnest(${chunk.map((commit) => graph.shas[commit])}::text[],
        ${deployments.map((deployment) => deployment?.deployment_id)}::bigint[],
        ${deployments.map((deployment) => deployment?.finished_at)}::timestamptz[],
        ${chunk.map((commit) => graph.isKnown(commit))}::boolean[])
        as x (sha, deployment_id, finished_at, parents_known)
      order by x.sha
      on conflict (tenant_id, repository_id, sha, environment) do update set
        deployment_id = excluded.deployment_id, finished_at = excluded.finished_at,
        parents_known = excluded.parents_known`.execute(trx);
  }
}

interface Standings {
  readonly deployments: readonly ChainRow[];
  /** By the place of the rollback, the place of what it blames. */
  readonly rollbacks: ReadonlyMap<number, number>;
}

async function writeStandings(
  trx: Trx,
  { tenantId, repositoryId, environment }: Chain,
  { deployments, rollbacks }: Standings,
): Promise<void> {
  const blamed = deployments.map((_, place) => deployments[rollbacks.get(place) ?? -1]?.deployment_id ?? null);
  await sql`
    update production_deployments d set attributed = true, baseline = x.baseline, rollback_of = x.rollback_of
    from unnest(${deployments.map(({ deployment_id }) => deployment_id)}::bigint[],
      ${deployments.map((_, place) => place === 0)}::boolean[], ${blamed}::bigint[])
      as x (deployment_id, baseline, rollback_of)
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.environment = ${environment}
      and d.deployment_id = x.deployment_id
      and (d.attributed, d.baseline, d.rollback_of) is distinct from (true, x.baseline, x.rollback_of)`.execute(trx);
}

/** Commits that are a change, of any chain: what a baseline takes of them stands otherwise then. */
async function listChanges(trx: Trx, { tenantId, repositoryId }: Place): Promise<Set<string>> {
  const { rows } = await sql<{ sha: string }>`
    select distinct sha from deployment_changes
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  return new Set(rows.map(({ sha }) => sha));
}
