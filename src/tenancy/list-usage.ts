import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

export interface UsageMonth {
  /** As in `2026-03`. */
  readonly month: string;
  /** Null, as the next one: not measured yet. */
  readonly repositories: number | null;
  readonly members: number | null;
  readonly deliveries: number;
  readonly delivery_bytes: number;
  readonly check_runs: number;
  readonly storage_bytes: number | null;
  readonly measured_at: Date | null;
  readonly position: [string];
}

/** The latest months first. @param before only those before this one */
export async function listUsage(
  trx: Trx,
  tenantId: number,
  { limit, before }: { limit: number; before: string | undefined },
): Promise<readonly UsageMonth[]> {
  const { rows } = await sql<UsageMonth>`
    select to_char(month, 'YYYY-MM') as month, case when measured_at is not null then repositories end as repositories,
      case when measured_at is not null then members end as members, deliveries, delivery_bytes, check_runs,
      nullif(storage_bytes, 0) as storage_bytes, measured_at, json_build_array(to_char(month, 'YYYY-MM')) as position
    from usage_months
    where tenant_id = ${tenantId} and ${before === undefined ? sql`true` : sql`month < ${`${before}-01`}::date`}
    order by usage_months.month desc limit ${limit}`.execute(trx);
  return rows;
}
