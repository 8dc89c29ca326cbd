import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { profileNames } from '../../src/metrics/profiles/profiles.ts';
import { queryProfile } from '../../src/metrics/profiles/query-profile.ts';
import { isProfiled } from '../../src/metrics/profiles/settings.ts';
import { type MetricName, metricNames } from '../../src/metrics/query/metrics.ts';
import { type MetricQuery, queryMetric } from '../../src/metrics/query/query-metric.ts';
import type { MadeTenant } from './made-tenant.ts';
import { percentile, timed } from './timing.ts';

const DAY_MS = 86_400_000;
const PROFILE_ROUNDS = 5;

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
    const query = queryOf(tenant, days);
    const window = { from: query.from, to };
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

/** As other tools compute them: these are compared now and then, and have no target. */
export async function measureProfiles(db: Database, tenant: MadeTenant, rounds: number): Promise<void> {
  const { tenantId } = tenant;
  for (const days of [90, 730]) {
    const query = queryOf(tenant, days);
    for (const profile of profileNames) {
      const seen: string[] = [];
      for (const name of metricNames.filter(isProfiled)) {
        const ask = () => withTenant(db, tenantId, (trx) => queryProfile(trx, { profile, name }, query));
        const times = await repeat(Math.min(rounds, PROFILE_ROUNDS), ask);
        seen.push(`${name} ${percentile(times, 0.5).toFixed(0)}`);
      }
      console.log(
        `profile       ${profile.padEnd(20)} ${String(days).padStart(3)} days: p50 in ms: ${seen.join(', ')}`,
      );
    }
  }
}

function queryOf({ tenantId, to }: MadeTenant, days: number): MetricQuery {
  const from = new Date(to.getTime() - days * DAY_MS);
  const compare = { from: new Date(to.getTime() - 2 * days * DAY_MS), to: from };
  return { tenantId, from, to, timeZone: 'UTC', step: 'week', compare };
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
      select percentile_cont(0.5) within group (order by seconds), count(*)
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
