import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { createTenantSecret, hashSecret, tenantOfSecret } from '../secret.ts';
import { type Actor, recordAudit } from './audit-log.ts';
import { findMembership } from './members.ts';
import { isAtLeast } from './roles.ts';

/** A view of the metrics that whoever has its address may read. */
export interface Share {
  readonly share_id: number;
  readonly name: string;
  /** As it was asked for: what it means is its reader's to know. */
  readonly view: unknown;
  readonly created_by: string;
  readonly created_at: Date;
  readonly expires_at: Date;
  /** Who shares, and sees no less; null: a token, or the operator. */
  readonly user_id: number | null;
}

const columns = sql`share_id, name, view, created_by, created_at, expires_at, user_id`;

interface NewShare {
  readonly name: string;
  readonly view: object;
  readonly userId: number | null;
  readonly expiresAt: Date;
  readonly actor: Actor;
}

/** @returns it with its secret, which is stored nowhere */
export async function createShare(
  trx: Trx,
  tenantId: number,
  { name, view, userId, expiresAt, actor }: NewShare,
): Promise<Share & { readonly secret: string }> {
  const secret = createTenantSecret('shs', tenantId);
  const { rows } = await sql<Share>`
    insert into shares (tenant_id, token_hash, name, view, created_by, user_id, expires_at)
    values (${tenantId}, ${hashSecret(secret)}, ${name}, ${JSON.stringify(view)}, ${actor.name}, ${userId}, ${expiresAt})
    returning ${columns}`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('an insert returns its row');
  await recordAudit(trx, {
    tenantId,
    actor,
    action: 'share.create',
    target: targetOf(row),
    before: null,
    after: auditOf(row),
  });
  return { ...row, secret };
}

/** By id, those that have expired as well. */
export async function listShares(
  trx: Trx,
  tenantId: number,
  { limit, after = 0 }: { limit: number; after: number | undefined },
): Promise<Share[]> {
  const { rows } = await sql<Share>`
    select ${columns} from shares where tenant_id = ${tenantId} and share_id > ${after}
    order by share_id limit ${limit}`.execute(trx);
  return rows;
}

/** @returns what was shared; undefined when there is no such share */
export async function deleteShare(
  trx: Trx,
  tenantId: number,
  { shareId, actor }: { shareId: number; actor: Actor },
): Promise<Share | undefined> {
  const { rows } = await sql<Share>`
    delete from shares where tenant_id = ${tenantId} and share_id = ${shareId} returning ${columns}`.execute(trx);
  const [row] = rows;
  if (!row) return undefined;
  await recordAudit(trx, {
    tenantId,
    actor,
    action: 'share.delete',
    target: targetOf(row),
    before: auditOf(row),
    after: null,
  });
  return row;
}

/** The share of a secret, while it holds and who shares may still do so. */
export async function findShared(
  db: Database,
  secret: string,
): Promise<(Share & { readonly tenantId: number }) | undefined> {
  const tenantId = tenantOfSecret('shs', secret);
  if (tenantId === undefined) return undefined;
  return withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<Share>`
      select ${columns} from shares
      where tenant_id = ${tenantId} and token_hash = ${hashSecret(secret)} and expires_at > now()`.execute(trx);
    const [share] = rows;
    return share && (await maySee(trx, tenantId, share)) ? { ...share, tenantId } : undefined;
  });
}

async function maySee(trx: Trx, tenantId: number, { user_id: userId }: Share): Promise<boolean> {
  if (userId === null) return true;
  const member = await findMembership(trx, tenantId, userId);
  return member !== undefined && isAtLeast(member.role, 'manager') && member.flags.can_view_analytics;
}

function targetOf({ share_id, name }: Share): string {
  return `share ${share_id} ${name}`;
}

function auditOf({ view, expires_at }: Share): object {
  return { view, expires_at };
}
