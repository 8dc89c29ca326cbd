import type { MiddlewareHandler } from 'hono';
import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import type { ApiEnv } from './api-env.ts';

/** How long a process may not know that a domain was verified, or is not any more. */
const KEPT_MS = 15_000;
const MOST_KEPT = 1_000;

interface Known {
  readonly tenantId: number | undefined;
  readonly until: number;
}

/**
 * Where an organization's own domain is asked, only that organization is there. `Host` is the requester's to choose: it
 * takes away what they may see, and gives nothing.
 */
export function selectTenant(db: Database, publicUrl: string | undefined): MiddlewareHandler<ApiEnv> {
  const known = new Map<string, Known>();
  const ownHost = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  const protocol = publicUrl?.startsWith('https:') ? 'https' : 'http';
  const find = async (domain: string): Promise<number | undefined> => {
    const found = known.get(domain);
    if (found && found.until > Date.now()) return found.tenantId;
    const tenantId = await findServed(db, domain);
    if (known.size >= MOST_KEPT) known.clear();
    known.set(domain, { tenantId, until: Date.now() + KEPT_MS });
    return tenantId;
  };
  return async (c, next) => {
    const host = c.req.header('host')?.toLowerCase() ?? '';
    const domain = host.replace(/:\d+$/, '');
    // What has no dot, or ends in a number, is no domain that anybody could verify.
    const tenantId = domain !== ownHost && /\.[a-z][a-z0-9-]*$/.test(domain) ? await find(domain) : undefined;
    c.set('servedTenantId', tenantId);
    if (tenantId !== undefined) c.set('publicUrl', `${protocol}://${host}`);
    await next();
  };
}

async function findServed(db: Database, domain: string): Promise<number | undefined> {
  const { rows } = await sql<{ tenant_id: number }>`
    select tenant_id from served_domains where domain = ${domain}`.execute(db);
  return rows[0]?.tenant_id;
}
