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
  const marks = new Map<string, Map<number, Mark>>();
  const stored = sql<Mark & { sha: string; environment: string }>`
    select m.sha, m.environment, d.deployment_id, m.parents_known
    from shipped_commits m
    left join production_deployments d on d.tenant_id = m.tenant_id and d.repository_id = m.repository_id
      and d.deployment_id = m.deployment_id and d.finished_at = m.finished_at
    where m.tenant_id = ${sql.lit(tenantId)} and m.repository_id = ${sql.lit(repositoryId)}`;
  for await (const rows of readPages(trx, 'shipped_marks', stored)) {
    for (const { sha, environment, ...mark } of rows) {
      const ofChain = marks.get(environment) ?? new Map<number, Mark>();
      ofChain.set(graph.numberOf(sha), mark);
      marks.set(environment, ofChain);
    }
  }
  return marks;
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

/** Those of environments that have no chain. @returns how many there were */
export async function removeOtherMarks(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  environments: readonly string[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from shipped_commits
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}
      and environment <> all(${environments}::text[])`.execute(trx);
  return Number(numAffectedRows);
}
