import { Resolver } from 'node:dns/promises';
import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { lockBranding, touchBranding } from './branding.ts';
import { type CustomDomain, findCustomDomain, recordOf, startServing, stopServing } from './custom-domain.ts';

/** The TXT records of a name, each in its parts; it rejects as `node:dns` does. */
export type ResolveTxt = (name: string) => Promise<string[][]>;

/** For how long the record of a verified domain may be gone: a mistake in a zone is no reason to stop at once. */
const GRACE_MS = 24 * 3_600_000;

/** What is not there after a week is not looked for any more, until somebody asks. */
const PATIENCE_MS = 7 * 24 * 3_600_000;
/** Of what is verified. */
const AGAIN_MS = 3_600_000;

export const resolveTxt: ResolveTxt = (name) => new Resolver({ timeout: 2_000, tries: 2 }).resolveTxt(name);

interface Verification {
  readonly resolve: ResolveTxt;
  readonly now?: Date;
}

type Answer = 'found' | 'missing' | 'other' | 'unknown';

/**
 * Looks whether the domain of a tenant has its record. A domain is served from then on, and until the record has been
 * gone for a day; that DNS does not answer changes nothing.
 */
export async function verifyDomain(
  db: Database,
  tenantId: number,
  { resolve, now = new Date() }: Verification,
): Promise<void> {
  const claimed = await withTenant(db, tenantId, (trx) => findCustomDomain(trx, tenantId));
  if (!claimed) return;
  const answer = await ask(resolve, claimed);
  await withTenant(db, tenantId, async (trx) => {
    await lockBranding(trx, tenantId);
    const current = await findCustomDomain(trx, tenantId);
    // Another one was asked for meanwhile.
    if (current?.token !== claimed.token) return;
    await record(trx, tenantId, { current, answer, now });
  });
}

/** The same from time to time: what waits for its record every time, what is verified every hour. */
export async function verifyDueDomain(db: Database, tenantId: number, verification: Verification): Promise<void> {
  const { now = new Date() } = verification;
  const claimed = await withTenant(db, tenantId, (trx) => findCustomDomain(trx, tenantId));
  if (!claimed) return;
  const { claimed_at, checked_at, verified_at } = claimed;
  const isDue =
    verified_at === null
      ? now.getTime() - claimed_at.getTime() < PATIENCE_MS
      : checked_at === null || now.getTime() - checked_at.getTime() >= AGAIN_MS;
  if (isDue) await verifyDomain(db, tenantId, verification);
}

async function ask(resolve: ResolveTxt, claimed: CustomDomain): Promise<Answer> {
  const { name, value } = recordOf(claimed);
  try {
    const records = (await resolve(name)).map((parts) => parts.join(''));
    if (records.includes(value)) return 'found';
    return records.length > 0 ? 'other' : 'missing';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOTFOUND' || code === 'ENODATA' ? 'missing' : 'unknown';
  }
}

interface Recorded {
  readonly current: CustomDomain;
  readonly answer: Answer;
  readonly now: Date;
}

async function record(trx: Trx, tenantId: number, { current, answer, now }: Recorded): Promise<void> {
  const after = await judge(trx, tenantId, { current, answer, now });
  await sql`
    update custom_domains set verified_at = ${after.verifiedAt}, missing_since = ${after.missingSince},
      error = ${after.error}, checked_at = ${now}
    where tenant_id = ${tenantId}`.execute(trx);
  const isSame = after.error === current.error && (after.verifiedAt === null) === (current.verified_at === null);
  if (!isSame) await touchBranding(trx, tenantId);
}

interface Judgement {
  readonly verifiedAt: Date | null;
  readonly missingSince: Date | null;
  readonly error: string | null;
}

async function judge(trx: Trx, tenantId: number, { current, answer, now }: Recorded): Promise<Judgement> {
  const { domain, verified_at: verifiedAt, missing_since: missingSince } = current;
  const { name } = recordOf(current);
  if (answer === 'found') {
    if (await startServing(trx, tenantId, domain))
      return { verifiedAt: verifiedAt ?? now, missingSince: null, error: null };
    return { verifiedAt: null, missingSince: null, error: `Another organization is served at ${domain}.` };
  }
  if (answer === 'unknown')
    return { verifiedAt, missingSince, error: `DNS does not answer for ${name} at the moment.` };
  const error =
    answer === 'other' ? `The TXT record of ${name} has another value.` : `There is no TXT record ${name} yet.`;
  const goneSince = missingSince ?? now;
  const isServed = verifiedAt !== null && now.getTime() - goneSince.getTime() < GRACE_MS;
  if (isServed)
    return { verifiedAt, missingSince: goneSince, error: `${error} Without it the domain is served for a day only.` };
  if (verifiedAt !== null) await stopServing(trx, tenantId);
  return { verifiedAt: null, missingSince: null, error };
}
