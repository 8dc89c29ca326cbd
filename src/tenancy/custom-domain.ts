import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { sql } from 'kysely';
import { enterTenant, leaveTenant, type Trx } from '../../db/tenant.ts';
import { type Actor, recordAudit } from './audit-log.ts';
import { lockBranding, touchBranding } from './branding.ts';

export interface CustomDomain {
  readonly domain: string;
  /** What its record has to have. */
  readonly token: string;
  readonly claimed_at: Date;
  readonly checked_at: Date | null;
  /** Null: it is not served. */
  readonly verified_at: Date | null;
  /** Of one that is verified: since when its record is gone. */
  readonly missing_since: Date | null;
  /** What is wrong with its record. */
  readonly error: string | null;
}

const HOST = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** As the Domain Name System writes it; undefined for what is no domain that could be served. */
export function readDomain(text: string): string | undefined {
  const name = text.trim().replace(/\.$/, '');
  // Of an address, its host would be taken.
  if (/[/@:?#\\\s]/.test(name)) return undefined;
  const domain = domainToASCII(name).toLowerCase();
  return HOST.test(domain) && isIP(domain) === 0 && !domain.endsWith('.localhost') ? domain : undefined;
}

/** The TXT record that says whose domain it is. */
export function recordOf({ domain, token }: Pick<CustomDomain, 'domain' | 'token'>): { name: string; value: string } {
  return { name: `_shiplog.${domain}`, value: `shiplog-domain=${token}` };
}

export async function findCustomDomain(trx: Trx, tenantId: number): Promise<CustomDomain | undefined> {
  const { rows } = await sql<CustomDomain>`
    select domain, token, claimed_at, checked_at, verified_at, missing_since, error from custom_domains
    where tenant_id = ${tenantId}`.execute(trx);
  return rows[0];
}

interface Claim {
  /** As `readDomain` has it; null: none any more. */
  readonly domain: string | null;
  readonly actor: Actor;
  readonly target: string;
}

/** Notes which domain a tenant wants; it is served once its record is there. @param trx inside `withTenant` */
export async function claimDomain(trx: Trx, tenantId: number, { domain, actor, target }: Claim): Promise<void> {
  await lockBranding(trx, tenantId);
  const before = (await findCustomDomain(trx, tenantId))?.domain ?? null;
  if (before === domain) return;
  await sql`delete from custom_domains where tenant_id = ${tenantId}`.execute(trx);
  await stopServing(trx, tenantId);
  if (domain !== null) {
    // Another one each time: a record that was left behind somewhere proves nothing.
    const token = randomBytes(32).toString('base64url');
    await sql`
      insert into custom_domains (tenant_id, domain, token) values (${tenantId}, ${domain}, ${token})`.execute(trx);
  }
  await touchBranding(trx, tenantId);
  const [from, to] = [{ custom_domain: before }, { custom_domain: domain }];
  await recordAudit(trx, { tenantId, actor, action: 'branding.custom_domain', target, before: from, after: to });
}

/** Which tenant is served where is the instance's to know: nobody is known yet when a request comes. */
export async function stopServing(trx: Trx, tenantId: number): Promise<void> {
  await leaveTenant(trx);
  await sql`delete from served_domains where tenant_id = ${tenantId}`.execute(trx);
  await enterTenant(trx, tenantId);
}

/** @returns false when another tenant is served there */
export async function startServing(trx: Trx, tenantId: number, domain: string): Promise<boolean> {
  await leaveTenant(trx);
  const { rows } = await sql<{ tenant_id: number }>`
    insert into served_domains (domain, tenant_id) values (${domain}, ${tenantId})
    on conflict (domain) do update set domain = excluded.domain
    returning tenant_id`.execute(trx);
  await enterTenant(trx, tenantId);
  return rows[0]?.tenant_id === tenantId;
}
