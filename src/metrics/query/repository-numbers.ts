import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { getTimeZone } from '../definition.ts';
import { aggregateByRepository } from './aggregate.ts';
import { changeFailRate, deploymentFrequency, recoveryTime } from './deployment-metrics.ts';
import { leadTime } from './lead-time.ts';
import type { Quality } from './quality.ts';
import type { MetricScope } from './scope.ts';
import { windowOf } from './window.ts';

/** The numbers of a repository over the last 90 days; null where not known, and `quality` says why. */
export interface RepositoryNumbers {
  /** A day. */
  readonly deployment_frequency: number | null;
  /** Hours. */
  readonly lead_time_for_changes: number | null;
  /** Hours. */
  readonly mean_time_to_recovery: number | null;
  /** Percent. */
  readonly change_failure_rate: number | null;
  readonly quality: readonly Quality[];
}

const HOUR_S = 3_600;

/** Of several repositories at once, from the rows that the metrics themselves are made of. */
export async function listRepositoryNumbers(
  trx: Trx,
  tenantId: number,
  repositoryIds: readonly number[],
): Promise<(repositoryId: number) => RepositoryNumbers> {
  const timeZone = await getTimeZone(trx, tenantId);
  const scope: MetricScope = { tenantId, repositoryIds, timeZone, ...windowOf({}, timeZone) };
  const measured = await listMeasured(trx, scope, repositoryIds);
  const frequencies = await aggregateByRepository(trx, deploymentFrequency, scope);
  const leads = await aggregateByRepository(trx, leadTime, scope);
  const recoveries = await aggregateByRepository(trx, recoveryTime, scope);
  const rates = await aggregateByRepository(trx, changeFailRate, scope);
  return (id) => {
    if (!measured.has(id)) return notMeasured;
    const numbers = {
      deployment_frequency: frequencies.get(id) ?? 0,
      lead_time_for_changes: scaled(leads.get(id), 1 / HOUR_S),
      mean_time_to_recovery: scaled(recoveries.get(id), 1 / HOUR_S),
      change_failure_rate: scaled(rates.get(id), 100),
    };
    return { ...numbers, quality: qualityOf(numbers) };
  };
}

function scaled(value: number | null | undefined, factor: number): number | null {
  return value === null || value === undefined ? null : value * factor;
}

async function listMeasured(
  trx: Trx,
  { tenantId, from, to }: MetricScope,
  repositoryIds: readonly number[],
): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ repository_id: number }>`
    select o.repository_id from deployment_sources o
    where o.tenant_id = ${tenantId} and o.repository_id = any(${repositoryIds}::bigint[]) and o.source <> 'none'
      and exists (
        select from production_deployments d
        where d.tenant_id = ${tenantId} and d.repository_id = o.repository_id
          and (not o.automatic or d.finished_at >= ${from}) and d.finished_at < ${to})`.execute(trx);
  return new Set(rows.map(({ repository_id }) => repository_id));
}

const notMeasured: RepositoryNumbers = {
  deployment_frequency: null,
  lead_time_for_changes: null,
  mean_time_to_recovery: null,
  change_failure_rate: null,
  quality: [
    {
      code: 'no_recent_deployment',
      message: 'No production deployment that counts has been seen in the last 90 days.',
      action: 'Ask for /metrics/deployment-frequency of this repository: it says what was seen, and what to choose.',
    },
  ],
};

const reasons = {
  lead_time_for_changes: 'No change was deployed for the first time in the last 90 days.',
  mean_time_to_recovery: 'No failed deployment of the last 90 days has recovered.',
  change_failure_rate: 'No deployment finished in the last 90 days.',
} as const;

function qualityOf(numbers: Readonly<Record<keyof typeof reasons, number | null>>): Quality[] {
  const missing = (Object.keys(reasons) as (keyof typeof reasons)[]).filter((name) => numbers[name] === null);
  return missing.map((name) => ({
    code: `no_${name}`,
    message: reasons[name],
    action: 'Ask for an earlier window of /metrics.',
  }));
}
