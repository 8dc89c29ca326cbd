import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { type Actor, recordAudit } from './audit-log.ts';
import type { Role } from './roles.ts';
import type { Scope } from './scopes.ts';
import { createTenantSecret, hashSecret } from '../secret.ts';

/** What is shown of a token. */
export interface TokenRow {
  readonly token_id: number;
  readonly name: string;
  readonly hint: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly created_by: string;
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly rotated_at: Date | null;
  readonly last_used_at: Date | null;
  readonly last_used_address: string | null;
}

const columns = sql`token_id, name, hint, role, scopes, created_by, created_at, expires_at, rotated_at, last_used_at,
  last_used_address`;

/** By id, those that have expired as well. */
export async function listTokens(
  trx: Trx,
  tenantId: number,
  { limit, after = 0 }: { limit: number; after: number | undefined },
): Promise<TokenRow[]> {
  const { rows } = await sql<TokenRow>`
    select ${columns} from api_tokens where tenant_id = ${tenantId} and token_id > ${after}
    order by token_id limit ${limit}`.execute(trx);
  return rows;
}

/** A token with its secret, which is shown this once and stored nowhere. */
export interface IssuedToken extends TokenRow {
  readonly secret: string;
}

interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  readonly actor: Actor;
}

export async function createToken(trx: Trx, tenantId: number, token: NewToken): Promise<IssuedToken> {
  const { name, role, scopes, expiresAt, actor } = token;
  const secret = createTenantSecret('shp', tenantId);
  const { rows } = await sql<TokenRow>`
    insert into api_tokens (tenant_id, name, token_hash, hint, role, scopes, created_by, expires_at)
    values (${tenantId}, ${name}, ${hashSecret(secret)}, ${hintOf(secret)}, ${role}, ${scopes}::text[], ${actor.name},
      ${expiresAt})
    returning ${columns}`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('an insert returns its row');
  await record(trx, tenantId, { actor, action: 'token.create', before: null, after: row });
  return { ...row, secret };
}

interface TokenChange {
  readonly tokenId: number;
  readonly actor: Actor;
}

/** Gives a token a new secret; the old one holds for `overlapS` seconds more. @returns undefined when there is none */
export async function rotateToken(
  trx: Trx,
  tenantId: number,
  { tokenId, overlapS, actor }: TokenChange & { readonly overlapS: number },
): Promise<IssuedToken | undefined> {
  const secret = createTenantSecret('shp', tenantId);
  const before = await findToken(trx, tenantId, tokenId);
  const { rows } = await sql<TokenRow>`
    update api_tokens set token_hash = ${hashSecret(secret)}, hint = ${hintOf(secret)}, rotated_at = now(),
      previous_hash = token_hash, previous_expires_at = now() + make_interval(secs => ${overlapS}),
      expires_at = now() + (expires_at - coalesce(rotated_at, created_at))
    where tenant_id = ${tenantId} and token_id = ${tokenId}
    returning ${columns}`.execute(trx);
  const [row] = rows;
  if (!before || !row) return undefined;
  await record(trx, tenantId, { actor, action: 'token.rotate', before, after: row });
  return { ...row, secret };
}

/** @returns the token that was; undefined when there is none */
export async function deleteToken(
  trx: Trx,
  tenantId: number,
  { tokenId, actor }: TokenChange,
): Promise<TokenRow | undefined> {
  const { rows } = await sql<TokenRow>`
    delete from api_tokens where tenant_id = ${tenantId} and token_id = ${tokenId} returning ${columns}`.execute(trx);
  const [row] = rows;
  if (row) await record(trx, tenantId, { actor, action: 'token.delete', before: row, after: null });
  return row;
}

async function findToken(trx: Trx, tenantId: number, tokenId: number): Promise<TokenRow | undefined> {
  const { rows } = await sql<TokenRow>`
    select ${columns} from api_tokens where tenant_id = ${tenantId} and token_id = ${tokenId} for update`.execute(trx);
  return rows[0];
}

interface TokenEntry {
  readonly actor: Actor;
  readonly action: 'token.create' | 'token.rotate' | 'token.delete';
  readonly before: TokenRow | null;
  readonly after: TokenRow | null;
}

function record(trx: Trx, tenantId: number, { actor, action, before, after }: TokenEntry): Promise<void> {
  const token = after ?? before;
  const target = `token ${token?.token_id} ${token?.name}`;
  return recordAudit(trx, {
    tenantId,
    actor,
    action,
    target,
    before: before && auditOf(before),
    after: after && auditOf(after),
  });
}

function auditOf({ hint, role, scopes, expires_at }: TokenRow): object {
  return { hint, role, scopes, expires_at };
}

/** Enough to tell tokens apart, and too little to guess one. */
function hintOf(secret: string): string {
  return secret.slice(-4);
}
