import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/** Who asks for a change, and from where. */
export interface Actor {
  readonly name: string;
  readonly address: string | null;
  readonly userAgent: string | null;
}

interface AuditEntry {
  readonly tenantId: number;
  readonly actor: Actor;
  /** As in `deployment.mark_failed`. */
  readonly action: string;
  /** What was changed, as in `acme/shop deployment 42`. */
  readonly target: string;
  /** Null: there was nothing. */
  readonly before: object | null;
  /** Null: there is nothing any more. */
  readonly after: object | null;
}

/** Writes what is changed, in the transaction of the change. */
export async function recordAudit(trx: Trx, entry: AuditEntry): Promise<void> {
  const { tenantId, actor, action, target, before, after } = entry;
  await sql`
    insert into audit_log (tenant_id, actor, action, target, before, after, address, user_agent)
    values (${tenantId}, ${actor.name}, ${action}, ${target}, ${jsonOf(before)}::jsonb, ${jsonOf(after)}::jsonb,
      ${actor.address}, ${actor.userAgent})`.execute(trx);
}

function jsonOf(value: object | null): string | null {
  return value && JSON.stringify(value);
}
