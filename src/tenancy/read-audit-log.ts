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
  /** Whether the reader may not read some repositories, and sees in `trx` only the others. */
  readonly isNarrowed: boolean;
  readonly limit: number;
  /** The last entry of the page before. */
  readonly after: number | undefined;
}

export type AuditQuery = AuditFilters & AuditPage;

const HIDDEN = 'a repository that you may not read';

/** The latest first. */
export async function listAuditLog(trx: Trx, tenantId: number, filters: AuditQuery): Promise<readonly AuditRow[]> {
  const { rows } = await sql<AuditRow>`
    select entry_id, at, actor, action, target, before, after, address, user_agent, encode(hash, 'hex') as hash
    from ${filters.isNarrowed ? entriesForSome(tenantId) : sql`audit_log`} as log
    where tenant_id = ${tenantId} ${isWanted(filters)}
    order by entry_id desc limit ${filters.limit}`.execute(trx);
  return rows;
}

/**
 * Who may not read a repository learns that something was done to one: not to which, nor what. What somebody asked for
 * may name them, too. Filters look at what is left.
 */
function entriesForSome(tenantId: number): RawBuilder<unknown> {
  return sql`(
    select tenant_id, entry_id, at, actor, action, case when is_hidden then ${HIDDEN} else target end as target,
      ${shownToSome('before')}, ${shownToSome('after')}, address, user_agent, hash
    from (
      select *, split_part(target, ' ', 1) like '%/%' and not exists (
        select from repositories r
        where r.tenant_id = ${tenantId} and r.full_name = split_part(audit_log.target, ' ', 1)) as is_hidden
      from audit_log where tenant_id = ${tenantId}
    ) entries)`;
}

function shownToSome(column: 'before' | 'after'): RawBuilder<unknown> {
  const name = sql.ref(column);
  return sql`case when not is_hidden and action not in ('data.export', 'sync.start') then ${name} end as ${name}`;
}

function isWanted({ actor, action, target, from, to, after }: AuditQuery): RawBuilder<unknown> {
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
