import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import { type Trx, withTenant } from '../../../db/tenant.ts';
import { notifyStale } from '../../facts/stale.ts';
import { getDefinition, type Place, type VersionedDefinition } from '../definition.ts';
import { countRows, isKnown, listRepositories, removeRows, type TableRows } from './derived-rows.ts';
import { Differences } from './differences.ts';
import { deriveEverything } from './everything.ts';
import { lockDerived } from './lock.ts';
import { takeTouched } from './touched-facts.ts';
import { updateDerived } from './update-derived.ts';

interface RecomputeOptions {
  /** Ends it early, between two repositories. */
  readonly signal?: AbortSignal;
  /** Told of a repository whose numbers stay as they were; the others go on. Unless given, the error is thrown. */
  readonly onFailed?: (error: unknown, repositoryId: number) => void;
}

/**
 * Brings the derived rows of a tenant up to date with its facts, a repository at a time, each in a transaction of its
 * own. The work is in proportion to what was touched.
 * @returns the ids of the repositories that were brought up to date
 */
export async function recomputeTouched(
  db: Database,
  tenantId: number,
  { signal, onFailed = rethrow }: RecomputeOptions = {},
): Promise<readonly number[]> {
  const repositories = await withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<{ repository_id: number }>`
      select distinct repository_id from touched_facts where tenant_id = ${tenantId} order by 1`.execute(trx);
    return rows.map(({ repository_id }) => repository_id);
  });
  if (repositories.length > 0) await refreshStatistics(db, tenantId);
  const recomputed: number[] = [];
  for (const repositoryId of repositories) {
    if (signal?.aborted) break;
    try {
      await withTenant(db, tenantId, (trx) => recomputeRepository(trx, { tenantId, repositoryId }));
      recomputed.push(repositoryId);
    } catch (error) {
      onFailed(error, repositoryId);
    }
  }
  return recomputed;
}

function rethrow(error: unknown): never {
  throw error;
}

/** Brings the derived rows of a repository up to date, in the transaction at hand. */
export async function recomputeRepository(trx: Trx, place: Place): Promise<void> {
  await lockDerived(trx, place);
  const touched = await takeTouched(trx, place);
  // When it becomes known, everything of it is derived.
  if (!(await isKnown(trx, place))) return;
  const versioned = await getDefinition(trx, place);
  if (await isDefinedAnew(trx, place, versioned)) await deriveEverything(trx, place, { undecided: 'as it was' });
  else await updateDerived(trx, place, { touched, versioned });
  await notifyDerived(trx, place);
}

export interface Recomputed {
  readonly repositories: number;
  readonly tables: readonly TableRows[];
}

/**
 * Computes everything that is derived of a tenant from the facts alone, and puts right what is stored otherwise, a
 * repository at a time.
 * @param signal ends it early, between two repositories, by an error
 */
export async function recomputeAll(db: Database, tenantId: number, signal?: AbortSignal): Promise<Recomputed> {
  const repositories = await withTenant(db, tenantId, (trx) => listRepositories(trx, tenantId));
  const differences = new Differences();
  await refreshStatistics(db, tenantId);
  for (const repositoryId of repositories) {
    signal?.throwIfAborted();
    differences.add(await withTenant(db, tenantId, (trx) => correctRepository(trx, { tenantId, repositoryId })));
  }
  const tables = await withTenant(db, tenantId, (trx) => countRows(trx, tenantId, differences));
  return { repositories: repositories.length, tables };
}

async function correctRepository(trx: Trx, place: Place): Promise<Differences> {
  await lockDerived(trx, place);
  await takeTouched(trx, place);
  const found = (await isKnown(trx, place))
    ? await deriveEverything(trx, place, { undecided: 'unmatched' })
    : await removeRows(trx, place);
  if (found.any) await notifyDerived(trx, place);
  return found;
}

function notifyDerived(trx: Trx, { tenantId, repositoryId }: Place): Promise<void> {
  return notifyStale(trx, tenantId, new Map([[repositoryId, new Set(['metrics', 'incidents'] as const)]]));
}

/** In a transaction of its own: its lock would keep autovacuum out for as long as a recompute takes. */
async function refreshStatistics(db: Database, tenantId: number): Promise<void> {
  await withTenant(db, tenantId, (trx) => sql`select analyze_grown_facts()`.execute(trx));
}

/** Whether nothing is derived yet, or it was by another definition, or for another name or default branch. */
async function isDefinedAnew(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  { version }: VersionedDefinition,
): Promise<boolean> {
  const { rows } = await sql`
    select from repositories r
    left join deployment_sources s on s.tenant_id = ${tenantId} and s.repository_id = r.repository_id
    where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId}
      and (s.definition_version, s.full_name, s.default_branch)
        is distinct from (${version}::integer, r.full_name, r.default_branch)`.execute(trx);
  return rows.length > 0;
}
