import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
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

/** The token of a secret; undefined for one that is unknown, revoked or expired. Its use is noted once a minute. */
export async function useToken(
  db: Database,
  { secret, address }: { secret: string; address: string | null },
): Promise<ValidToken | undefined> {
  const tenantId = tenantOfSecret('shp', secret);
  if (tenantId === undefined) return undefined;
  return withTenant(db, tenantId, async (trx) => {
    const found = await findToken(trx, tenantId, hashSecret(secret));
    if (found && !found.isUseNoted) await noteUse(trx, found, address);
    return found;
  });
}

async function findToken(trx: Trx, tenantId: number, hash: string): Promise<FoundToken | undefined> {
  const { rows } = await sql<FoundToken>`
    select tenant_id as "tenantId", token_id as "tokenId", name, role, scopes,
      coalesce(last_used_at > now() - interval '1 minute', false) as "isUseNoted"
    from api_tokens
    where tenant_id = ${tenantId} and (expires_at is null or expires_at > now())
      and (token_hash = ${hash} or (previous_hash = ${hash} and previous_expires_at > now()))`.execute(trx);
  return rows[0];
}

async function noteUse(trx: Trx, { tenantId, tokenId }: ValidToken, address: string | null): Promise<void> {
  await sql`
    update api_tokens set last_used_at = now(), last_used_address = ${address}
    where tenant_id = ${tenantId} and token_id = ${tokenId}`.execute(trx);
}
