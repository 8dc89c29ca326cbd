import { sql } from 'kysely';
import { z } from 'zod';
import type { Trx } from '../../db/tenant.ts';
import type { FactBatch } from './batch.ts';
import { type FactTableName, factTables } from './facts.ts';

/** Where PostgreSQL tells every process what went stale, once it is committed. */
export const STALE_CHANNEL = 'shiplog_stale';

/** As the API names them. */
export const staleResources = [
  'access',
  'commits',
  'contributors',
  'deployments',
  'incidents',
  'issues',
  'members',
  'metrics',
  'pulls',
  'releases',
  'repositories',
  'reviews',
  'teams',
] as const;
export type StaleResource = (typeof staleResources)[number];

/** What went stale of a repository; 0: of the organization as a whole. */
export type StaleRepositories = ReadonlyMap<number, ReadonlySet<StaleResource>>;

const resources: Partial<Record<FactTableName, StaleResource>> = {
  organization_members: 'members',
  contributors: 'contributors',
  teams: 'teams',
  team_members: 'teams',
  team_repositories: 'access',
  repositories: 'repositories',
  repository_collaborators: 'access',
  commits: 'commits',
  pull_requests: 'pulls',
  pull_request_commits: 'pulls',
  reviews: 'reviews',
  issues: 'issues',
  releases: 'releases',
  deployments: 'deployments',
  deployment_statuses: 'deployments',
  reported_incidents: 'incidents',
};

/** So that a message stays below PostgreSQL's 8,000 bytes. */
const MOST_REPOSITORIES = 40;

const message = z.object({
  tenant: z.int(),
  stale: z.array(z.tuple([z.int(), z.array(z.enum(staleResources))])),
});

export function readStale(payload: string): { tenantId: number; stale: StaleRepositories } {
  const { tenant, stale } = message.parse(JSON.parse(payload));
  return { tenantId: tenant, stale: new Map(stale.map(([id, names]) => [id, new Set(names)])) };
}

/** Told when the transaction commits; names and content are for those who ask, as far as they may. */
export async function notifyStale(trx: Trx, tenantId: number, stale: StaleRepositories): Promise<void> {
  const all = [...stale].map(([id, names]) => [id, [...names]]);
  const payloads: string[] = [];
  for (let start = 0; start < all.length; start += MOST_REPOSITORIES) {
    payloads.push(JSON.stringify({ tenant: tenantId, stale: all.slice(start, start + MOST_REPOSITORIES) }));
  }
  if (payloads.length === 0) return;
  await sql`select pg_notify(${STALE_CHANNEL}, payload) from unnest(${payloads}::text[]) as payload`.execute(trx);
}

export function staleOf(batch: FactBatch): StaleRepositories {
  const stale = new Map<number, Set<StaleResource>>();
  for (const [name, resource] of Object.entries(resources) as [FactTableName, StaleResource][]) {
    const isOfRepository = Object.keys(factTables[name].key)[0] === 'repository_id';
    for (const { key } of batch.rows(name)) {
      const id = isOfRepository ? Number(key[0]) : 0;
      const names = stale.get(id) ?? new Set();
      stale.set(id, names.add(resource));
    }
  }
  return stale;
}
