import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { isAncestor } from './ancestry.ts';
import type { Chain } from './chain.ts';

interface Candidate {
  readonly deployment_id: number;
  readonly finished_at: string;
  readonly sha: string;
  readonly predecessor_sha: string;
  readonly rollback_of: number | null;
}

/** A place in a chain: its time as PostgreSQL writes it, and the id. */
export interface Position {
  readonly finished_at: string;
  readonly deployment_id: number;
}

/**
 * Finds the rollbacks of a chain from a position on, and what each of them blames.
 * @returns those that blame another deployment than before
 */
export async function findRollbacks(trx: Trx, chain: Chain, from: Position): Promise<number[]> {
  const changed: number[] = [];
  for (const candidate of await listCandidates(trx, chain, from)) {
    const blamed = await findBlamed(trx, chain, candidate);
    if (blamed === candidate.rollback_of) continue;
    await sql`
      update production_deployments set rollback_of = ${blamed}
      where tenant_id = ${chain.tenantId} and repository_id = ${chain.repositoryId}
        and deployment_id = ${candidate.deployment_id}`.execute(trx);
    changed.push(candidate.deployment_id);
  }
  return changed;
}

/** A rollback's commit was there before: whoever ships a commit of its own can not be one. */
async function listCandidates(
  trx: Trx,
  { tenantId, repositoryId, environment }: Chain,
  from: Position,
): Promise<Candidate[]> {
  const { rows } = await sql<Candidate>`
    select d.deployment_id, d.finished_at::text as finished_at, d.head_sha as sha, predecessor.head_sha as predecessor_sha, d.rollback_of
    from production_deployments d
    left join shipped_commits m on m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.sha = d.head_sha
      and m.environment = ${environment}
    cross join lateral (
      select b.head_sha from production_deployments b
      where b.tenant_id = ${tenantId} and b.repository_id = ${repositoryId} and b.environment = ${environment}
        and b.outcome = 'success' and (b.finished_at, b.deployment_id) < (d.finished_at, d.deployment_id)
      order by b.finished_at desc, b.deployment_id desc limit 1
    ) predecessor
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.environment = ${environment}
      and d.outcome = 'success'
      and (d.finished_at, d.deployment_id) >= (${from.finished_at}::timestamptz, ${from.deployment_id}::bigint)
      and (m.deployment_id <> d.deployment_id or d.rollback_of is not null)
    order by d.finished_at, d.deployment_id`.execute(trx);
  return rows;
}

/** The first deployment after the last one whose commit the rollback has, or the chain's first; null: no rollback. */
async function findBlamed(trx: Trx, chain: Chain, candidate: Candidate): Promise<number | null> {
  const { sha, predecessor_sha } = candidate;
  if (sha === predecessor_sha) return null;
  if (!(await isAncestor(trx, chain, { ancestor: sha, descendant: predecessor_sha }))) return null;
  let blamed: number | null = null;
  let before: Position = candidate;
  for (;;) {
    const page = await listBefore(trx, chain, { before, sha });
    for (const deployment of page) {
      if (deployment.plausible && (await isAncestor(trx, chain, { ancestor: deployment.sha, descendant: sha }))) {
        return blamed;
      }
      blamed = deployment.deployment_id;
    }
    const last = page.at(-1);
    if (!last) return blamed;
    before = last;
  }
}

const PAGE = 20;

interface Predecessor extends Position {
  readonly sha: string;
  /** Whether the chain did not reach it after the commit in question. */
  readonly plausible: boolean;
}

async function listBefore(
  trx: Trx,
  { tenantId, repositoryId, environment }: Chain,
  { before, sha }: { before: Position; sha: string },
): Promise<Predecessor[]> {
  const { rows } = await sql<Predecessor>`
    select d.deployment_id, d.finished_at::text as finished_at, d.head_sha as sha,
      (m.finished_at, m.deployment_id) <= (target.finished_at, target.deployment_id) as plausible
    from production_deployments d
    join shipped_commits m on m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.sha = d.head_sha
      and m.environment = ${environment}
    join shipped_commits target on target.tenant_id = ${tenantId} and target.repository_id = ${repositoryId}
      and target.sha = ${sha} and target.environment = ${environment}
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.environment = ${environment}
      and d.outcome = 'success'
      and (d.finished_at, d.deployment_id) < (${before.finished_at}::timestamptz, ${before.deployment_id}::bigint)
    order by d.finished_at desc, d.deployment_id desc limit ${PAGE}`.execute(trx);
  return rows;
}
