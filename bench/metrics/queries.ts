import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { type MetricName, metricNames } from '../../src/metrics/query/metrics.ts';
import { queryMetric } from '../../src/metrics/query/query-metric.ts';
import type { MadeTenant } from './made-tenant.ts';
import { percentile, timed } from './timing.ts';

const DAY_MS = 86_400_000;

interface Window {
  readonly from: Date;
  readonly to: Date;
}

/** Each metric of the tenant, with weekly series and comparison, beside a bare aggregate over the rows of its window. */
export async function measureQueries(db: Database, tenant: MadeTenant, rounds: number): Promise<void> {
  const { tenantId, to } = tenant;
  for (const [days, target] of [
    [90, 100],
    [730, 500],
  ] as const) {
    const window = { from: new Date(to.getTime() - days * DAY_MS), to };
    const compare = { from: new Date(to.getTime() - 2 * days * DAY_MS), to: window.from };
    const query = { tenantId, ...window, timeZone: 'UTC', step: 'week', compare } as const;
    for (const name of metricNames) {
      const times = await repeat(rounds, () => withTenant(db, tenantId, (trx) => queryMetric(trx, name, query)));
      const bare = await repeat(rounds, () =>
        withTenant(db, tenantId, (trx) => bareAggregate(tenantId, name, window).execute(trx)),
      );
      const [p95, least] = [percentile(times, 0.95), percentile(bare, 0.95)];
      console.log(
        `query         ${name.padEnd(20)} ${String(days).padStart(3)} days: p50 ${percentile(times, 0.5).toFixed(1)} ms, ` +
          `p95 ${p95.toFixed(1)} ms (target ${target}); bare aggregate p95 ${least.toFixed(1)} ms; ratio ${(least / p95).toFixed(2)}`,
      );
    }
  }
}

async function repeat(rounds: number, work: () => Promise<unknown>): Promise<number[]> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push((await timed(work)).ms);
  return times;
}

/** The one number, from one table, without series, comparison, settings or exclusions. */
function bareAggregate(tenantId: number, name: MetricName, { from, to }: Window): RawBuilder<unknown> {
  if (name === 'lead-time') {
    return sql`
      select percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at)), count(*)
      from deployment_changes
      where tenant_id = ${tenantId} and is_change and standing = 'first' and finished_at >= ${from} and finished_at < ${to}`;
  }
  if (name.startsWith('pr-')) {
    return sql`
      select percentile_cont(0.5) within group (order by extract(epoch from merged_at - created_at)), count(*)
      from merged_pull_requests where tenant_id = ${tenantId} and merged_at >= ${from} and merged_at < ${to}`;
  }
  return sql`
    select count(*), count(*) filter (where outcome = 'success') from production_deployments
    where tenant_id = ${tenantId} and finished_at >= ${from} and finished_at < ${to}`;
}
