import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/** An entry as it is shown. */
export interface AuditRow {
  readonly entry_id: number;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly address: string | null;
  readonly user_agent: string | null;
  /** In hexadecimal. */
  readonly hash: string;
}

interface AuditFilters {
  readonly actor?: string | undefined;
  /** As in `token.create`, or `token` for all of them. */
  readonly action?: string | undefined;
  /** A part of it will do. */
  readonly target?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

interface AuditPage {
  readonly limit: number;
  /** The last entry of the page before. */
  readonly after: number | undefined;
}

/** The latest first. */
export async function listAuditLog(
  trx: Trx,
  tenantId: number,
  filters: AuditFilters & AuditPage,
): Promise<readonly AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select entry_id, at, actor, action, target, before, after, address, user_agent, encode(hash, 'hex') as hash
    from audit_log where tenant_id = ${tenantId} ${isWanted(filters)}
    order by entry_id desc limit ${filters.limit}`.execute(trx);
  return rows;
}

function isWanted({ actor, action, target, from, to, after }: AuditFilters & AuditPage): RawBuilder<unknown> {
  const conditions = [
    actor === undefined ? undefined : sql`lower(actor) = lower(${actor})`,
    action === undefined ? undefined : sql`(action = ${action} or starts_with(action, ${`${action}.`}))`,
    target === undefined ? undefined : sql`strpos(lower(target), lower(${target})) > 0`,
    from && sql`at >= ${from}`,
    to && sql`at < ${to}`,
    after === undefined ? undefined : sql`entry_id < ${after}::bigint`,
  ];
  return sql.join(
    conditions.filter((condition) => condition !== undefined).map((condition) => sql`and ${condition}`),
    sql` `,
  );
}
