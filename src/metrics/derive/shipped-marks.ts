import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import type { Chain } from './chain.ts';
import type { CommitGraph } from './commit-graph.ts';
import { readPages } from './read-pages.ts';

/** Which deployment of a chain a commit is marked with. */
interface Mark {
  /** Null: the mark is of no deployment, or of another time. */
  readonly deployment_id: number | null;
  readonly parents_known: boolean;
}

/** By commit, as the graph numbers them. */
export type ChainMarks = ReadonlyMap<number, Mark>;

/** All marks of a repository, by environment. */
export async function readMarks(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  graph: CommitGraph,
): Promise<Map<string, ChainMarks>> {
  const finishes = await readFinishes(trx, { tenantId, repositoryId });
  const marks = new Map<string, Map<number, Mark>>();
  // Without a join: the plan of a cursor is made for its first rows, and would look up each deployment by itself.
  const stored = sql<StoredMark>`
    select sha, environment, deployment_id, finished_at::text as finished_at, parents_known from shipped_commits
    where tenant_id = ${sql.lit(tenantId)} and repository_id = ${sql.lit(repositoryId)}`;
  for await (const rows of readPages(trx, 'shipped_marks', stored)) {
    for (const { sha, environment, deployment_id, finished_at, parents_known } of rows) {
      const ofChain = marks.get(environment) ?? new Map<number, Mark>();
      const isTimed = finishes.get(deployment_id) === finished_at;
      ofChain.set(graph.numberOf(sha), { deployment_id: isTimed ? deployment_id : null, parents_known });
      marks.set(environment, ofChain);
    }
  }
  return marks;
}

interface StoredMark {
  readonly sha: string;
  readonly environment: string;
  readonly deployment_id: number;
  readonly finished_at: string;
  readonly parents_known: boolean;
}

async function readFinishes(trx: Trx, { tenantId, repositoryId }: Place): Promise<Map<number, string>> {
  const { rows } = await sql<ShippingDeployment>`
    select deployment_id, finished_at::text as finished_at from production_deployments
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  return new Map(rows.map(({ deployment_id, finished_at }) => [deployment_id, finished_at]));
}

const CHUNK = 50_000;

interface ShippingDeployment {
  readonly deployment_id: number;
  readonly finished_at: string;
}

interface Marked {
  readonly graph: CommitGraph;
  readonly commits: readonly number[];
  readonly shippedBy: (commit: number) => ShippingDeployment | undefined;
  /** Whether they have a mark already: an insert that looks for conflicts takes a quarter longer. */
  readonly over: boolean;
}

const overwrite = sql`
  on conflict (tenant_id, repository_id, sha, environment) do update set deployment_id = excluded.deployment_id,
    finished_at = excluded.finished_at, parents_known = excluded.parents_known`;

export async function writeMarks(
  trx: Trx,
  { tenantId, repositoryId, environment }: Chain,
  { graph, commits, shippedBy, over }: Marked,
): Promise<void> {
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
      order by x.sha ${over ? overwrite : sql``}`.execute(trx);
  }
}

export async function removeMarks(
  trx: Trx,
  { tenantId, repositoryId, environment }: Chain,
  shas: readonly string[],
): Promise<void> {
  for (let start = 0; start < shas.length; start += CHUNK) {
    await sql`
      delete from shipped_commits
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and environment = ${environment}
        and sha = any(${shas.slice(start, start + CHUNK)}::text[])`.execute(trx);
  }
}

/** Of environments that have no chain. */
export async function removeMarksOf(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  environments: readonly string[],
): Promise<void> {
  await sql`
    delete from shipped_commits
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}
      and environment = any(${environments}::text[])`.execute(trx);
}
