import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { recordAudit } from './audit-log.ts';
import type { Role } from './roles.ts';
import type { Scope } from './scopes.ts';
import { hashSecret, tenantOfSecret } from '../secret.ts';

/** A token that holds. */
export interface ValidToken {
  readonly tenantId: number;
  readonly tokenId: number;
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
}

interface FoundToken extends ValidToken {
  readonly isUseNoted: boolean;
}

interface TokenUse {
  readonly secret: string;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/**
 * The token of a secret; undefined for one that is unknown, revoked or expired. Its use is noted once a minute, and its
 * first use from an address at once, in the audit log, too.
 */
export async function useToken(db: Database, use: TokenUse): Promise<ValidToken | undefined> {
  const tenantId = tenantOfSecret('shp', use.secret);
  if (tenantId === undefined) return undefined;
  return withTenant(db, tenantId, async (trx) => {
    const found = await findToken(trx, tenantId, use);
    if (found && !found.isUseNoted) await noteUse(trx, found, use);
    return found;
  });
}

async function findToken(trx: Trx, tenantId: number, { secret, address }: TokenUse): Promise<FoundToken | undefined> {
  const hash = hashSecret(secret);
  const { rows } = await sql<FoundToken>`
    select tenant_id as "tenantId", token_id as "tokenId", name, role, scopes,
      coalesce(last_used_at > now() - interval '1 minute' and (${address}::text is null or exists (
        select from token_addresses a
        where a.tenant_id = ${tenantId} and a.token_id = t.token_id and a.address = ${address})), false) as "isUseNoted"
    from api_tokens t
    where tenant_id = ${tenantId} and (expires_at is null or expires_at > now())
      and (token_hash = ${hash} or (previous_hash = ${hash} and previous_expires_at > now()))`.execute(trx);
  return rows[0];
}

async function noteUse(trx: Trx, token: ValidToken, { address, userAgent }: TokenUse): Promise<void> {
  const { tenantId, tokenId, name } = token;
  await sql`
    update api_tokens set last_used_at = now(), last_used_address = ${address}
    where tenant_id = ${tenantId} and token_id = ${tokenId}`.execute(trx);
  if (address === null || !(await isNew(trx, token, address))) return;
  const entry = { tenantId, actor: { name: `token ${name}`, address, userAgent }, target: `token ${tokenId} ${name}` };
  await recordAudit(trx, { ...entry, action: 'token.use_from_new_address', before: null, after: { address } });
}

async function isNew(trx: Trx, { tenantId, tokenId }: ValidToken, address: string): Promise<boolean> {
  const { rows } = await sql`
    insert into token_addresses (tenant_id, token_id, address) values (${tenantId}, ${tokenId}, ${address})
    on conflict (tenant_id, token_id, address) do nothing returning address`.execute(trx);
  return rows.length > 0;
}
