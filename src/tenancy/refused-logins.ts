import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { hashSecret, tenantOfSecret } from '../secret.ts';
import { type Actor, recordAudit } from './audit-log.ts';

interface Refusal {
  /** With the login that GitHub gave. */
  readonly actor: Actor;
  readonly reason: 'not a member' | 'invitation refused';
  /** As in `member kim`. */
  readonly target: string;
}

/** Only of those who are known by GitHub: strangers can not write into the log of a tenant. */
export async function recordRefusal(trx: Trx, tenantId: number, { actor, reason, target }: Refusal): Promise<void> {
  await recordAudit(trx, { tenantId, actor, action: 'session.refuse', target, before: null, after: { reason } });
}

/** Of an invitation that is used, expired, or for somebody else; one that nobody made is nothing. */
export async function recordRefusedInvitation(
  db: Database,
  { secret, actor }: { secret: string; actor: Actor },
): Promise<void> {
  const tenantId = tenantOfSecret('shi', secret);
  if (tenantId === undefined) return;
  await withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<{ invitee: string }>`
      select invitee from invitations
      where tenant_id = ${tenantId} and token_hash = ${hashSecret(secret)}`.execute(trx);
    const [invitation] = rows;
    if (!invitation) return;
    await recordRefusal(trx, tenantId, {
      actor,
      reason: 'invitation refused',
      target: `invitation of ${invitation.invitee}`,
    });
  });
}
