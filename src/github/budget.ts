import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import type { Answer } from './answer.ts';
import type { InstallationRef } from './github.ts';

/** REST requests and GraphQL points are counted apart. */
export type Resource = 'core' | 'graphql';

/** What is left to an installation until `resetAt`. */
export interface Budget {
  readonly resource: Resource;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date;
}

/** What several processes know of an installation together. */
export interface KnownBudgets {
  readonly budgets: readonly Budget[];
  /** Until when GitHub wants to be left alone. */
  readonly pausedUntil: Date | null;
}

interface Row {
  readonly resource: Resource | 'pause';
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date;
}

const header = z.coerce.number().int();
const headers = z.object({
  'x-ratelimit-resource': z.enum(['core', 'graphql']),
  'x-ratelimit-limit': header,
  'x-ratelimit-remaining': header,
  'x-ratelimit-reset': header,
});
const rateLimit = z.object({
  data: z.object({ rateLimit: z.object({ limit: z.number(), remaining: z.number(), resetAt: z.coerce.date() }) }),
});

/** What an answer tells of the budget that it took from. */
export function budgetOf(answer: Answer): Budget | undefined {
  const told = headers.safeParse(answer.headers).data;
  if (told) {
    return {
      resource: told['x-ratelimit-resource'],
      limit: told['x-ratelimit-limit'],
      remaining: told['x-ratelimit-remaining'],
      resetAt: new Date(told['x-ratelimit-reset'] * 1_000),
    };
  }
  const inData = rateLimit.safeParse(answer.data).data?.data.rateLimit;
  return inData && { resource: 'graphql', ...inData };
}

/** The budgets of a tenant that have not been reset since GitHub told them; others are not known. */
export function readBudget(db: Database, tenantId: number): Promise<KnownBudgets> {
  return withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<Row>`
      select resource, quota as "limit", remaining, reset_at as "resetAt" from rate_limits
      where tenant_id = ${tenantId} and reset_at > now() order by resource`.execute(trx);
    return knownBudgets(rows);
  });
}

/** What is known of an installation before it asks: its budgets, and what it has been granted, as text to compare. */
export function readStanding(
  db: Database,
  { tenantId, installationId }: InstallationRef,
): Promise<KnownBudgets & { readonly grant: string }> {
  return withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<Row>`
      select resource, quota as "limit", remaining, reset_at as "resetAt" from rate_limits
      where tenant_id = ${tenantId} and installation_id = ${installationId} and reset_at > now()`.execute(trx);
    const { rows: granted } = await sql<{ grant: string }>`
      select coalesce(permissions::text, '') as grant from installations
      where tenant_id = ${tenantId} and installation_id = ${installationId}`.execute(trx);
    return { ...knownBudgets(rows), grant: granted[0]?.grant ?? '' };
  });
}

function knownBudgets(rows: readonly Row[]): KnownBudgets {
  return {
    budgets: rows.flatMap(({ resource, ...rest }) => (resource === 'pause' ? [] : [{ resource, ...rest }])),
    pausedUntil: rows.find(({ resource }) => resource === 'pause')?.resetAt ?? null,
  };
}

/**
 * Keeps what an answer told. Answers come out of order, so within a window the lowest counts, and one of a window
 * before tells nothing, unless that nothing is left. GitHub's own servers differ by a second about a window's end.
 */
export async function recordBudget(db: Database, ref: InstallationRef, budget: Budget): Promise<void> {
  await record(db, ref, budget);
}

/** Keeps that GitHub wants to be left alone: for every process, since it blocks those that go on. */
export async function recordPause(db: Database, ref: InstallationRef, until: Date): Promise<void> {
  await record(db, ref, { resource: 'pause', limit: 0, remaining: 0, resetAt: until });
}

function record(db: Database, { tenantId, installationId }: InstallationRef, row: Row): Promise<unknown> {
  return withTenant(db, tenantId, (trx) =>
    sql`
      insert into rate_limits as known (tenant_id, resource, installation_id, quota, remaining, reset_at)
      values (${tenantId}, ${row.resource}, ${installationId}, ${row.limit}, ${row.remaining}, ${row.resetAt})
      on conflict (tenant_id, resource) do update set
        installation_id = excluded.installation_id, quota = excluded.quota,
        remaining = case
          when known.installation_id = excluded.installation_id and known.quota = excluded.quota
            and excluded.reset_at < known.reset_at + interval '1 minute'
          then least(known.remaining, excluded.remaining) else excluded.remaining end,
        reset_at = excluded.reset_at, observed_at = now()
      where known.installation_id <> excluded.installation_id
        or excluded.reset_at > known.reset_at - interval '1 minute' or excluded.remaining = 0`.execute(trx),
  );
}
