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

/**
 * Writes what is changed, in the transaction of the change, as its last statement: until the transaction ends, the
 * tenant's other entries wait.
 * @param trx in the tenant's role
 */
export async function recordAudit(trx: Trx, entry: AuditEntry): Promise<void> {
  const { tenantId, actor, action, target, before, after } = entry;
  const last = await lockChain(trx, tenantId);
  await sql`
    with entry as (
      select ${tenantId}::bigint as tenant_id, ${last.entry_id + 1}::bigint as entry_id, clock_timestamp() as at,
        ${actor.name}::text as actor, ${action}::text as action, ${target}::text as target,
        ${jsonOf(before)}::jsonb as before, ${jsonOf(after)}::jsonb as after, ${actor.address}::text as address,
        ${actor.userAgent}::text as user_agent, gen_random_uuid() as salt, ${last.hash}::bytea as previous_hash
    ), digested as (
      select *, audit_content_hash(salt, tenant_id, entry_id, at, actor, action, target, before, after, address,
        user_agent) as content_hash
      from entry
    ), added as (
      insert into audit_log (tenant_id, entry_id, at, actor, action, target, before, after, address, user_agent, salt,
        previous_hash, content_hash, hash)
      select tenant_id, entry_id, at, actor, action, target, before, after, address, user_agent, salt, previous_hash,
        content_hash, sha256(previous_hash || content_hash)
      from digested
      returning entry_id, hash
    )
    update audit_chains set entry_id = added.entry_id, hash = added.hash from added
    where tenant_id = ${tenantId}`.execute(trx);
}

interface Export {
  readonly tenantId: number;
  readonly actor: Actor;
  /** As in `lead-time.csv`. */
  readonly file: string;
  /** Which rows were asked for. */
  readonly filters: object;
}

/** Data leaves: nothing is changed, and who took what is known. */
export function recordExport(trx: Trx, { tenantId, actor, file, filters }: Export): Promise<void> {
  return recordAudit(trx, { tenantId, actor, action: 'data.export', target: file, before: null, after: filters });
}

interface LastEntry {
  readonly entry_id: number;
  readonly hash: Buffer;
}

/** Where the tenant's log ends, which no other transaction moves before this one ends. */
async function lockChain(trx: Trx, tenantId: number): Promise<LastEntry> {
  const { rows } = await sql<LastEntry>`
    insert into audit_chains as chain (tenant_id) values (${tenantId})
    on conflict (tenant_id) do update set entry_id = chain.entry_id
    returning entry_id, hash`.execute(trx);
  const [last] = rows;
  if (!last) throw new Error('an upsert returns its row');
  return last;
}

function jsonOf(value: object | null): string | null {
  return value && JSON.stringify(value);
}
