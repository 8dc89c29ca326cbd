import { type RawBuilder, sql } from 'kysely';
import type { Metric } from '../query/metric.ts';
import type { MetricScope } from '../query/scope.ts';
import { utcText } from '../query/utc-text.ts';
import { failuresBy } from './blamed.ts';
import { deployedWithin } from './deployed.ts';
import type { SettingsOf } from './settings.ts';

const detail = sql`jsonb_build_object('environment', d.environment, 'sha', d.sha, 'ref', d.ref, 'outcome', d.outcome,
  'source', d.source)`;
const details = ['environment', 'sha', 'ref', 'outcome', 'source'] as const;
const reasons = ['no_push'];

export function frequencyBy({ statistic, deployments, finish }: SettingsOf<'deployment-frequency'>): Metric {
  return {
    unit: statistic === 'days_per_week' ? 'days_per_week' : 'per_day',
    statistic: statistic ?? 'rate',
    meaning: 'Successful production deployments.',
    needsDeployments: true,
    reasons,
    details,
    rows: (scope) => sql`
      select d.repository_id, d.deployment_id as id, d.at, null::double precision as value, true as counted,
        ${withoutPush(scope, deployments === 'of_a_push')} as excluded, false as open, ${detail} as detail
      from (${deployedWithin(scope, finish)}) d
      where d.outcome = 'success'`,
  };
}

export function failRateBy({ blame, numerator, denominator, finish }: SettingsOf<'change-fail-rate'>): Metric {
  return {
    unit: 'ratio',
    statistic: numerator === 'incidents' ? 'per_row' : 'ratio',
    meaning: 'Failed production deployments, divided by production deployments.',
    needsDeployments: true,
    needsIncidents: blame !== 'remediation',
    reasons,
    details: [...details, 'failures'],
    rows: (scope) => sql`
      select d.repository_id, d.deployment_id as id, d.at, coalesce(f.failures, 0)::double precision as value,
        f.failures is not null as counted, ${withoutPush(scope, denominator === 'of_a_push')} as excluded,
        false as open, ${detail} || jsonb_build_object('failures', coalesce(f.failures, 0)) as detail
      from (${deployedWithin(scope, finish)}) d
      left join (
        select repository_id, deployment_id, count(*) as failures
        from (${failuresBy(scope, { blame, finish })}) x group by repository_id, deployment_id
      ) f on f.repository_id = d.repository_id and f.deployment_id = d.deployment_id
      where ${denominator === undefined ? sql`true` : sql`d.outcome = 'success'`}`,
  };
}

/** Of failed deployments. */
export function deploymentRecoveryBy({ blame, finish, statistic }: SettingsOf<'recovery-time'>): Metric {
  return {
    unit: 'seconds',
    nothing:
      'No production deployment of the window failed, as this profile sees it: there was nothing to recover from.',
    statistic: statistic ?? 'median',
    meaning: 'The time from the finish of a failed deployment to its recovery.',
    needsDeployments: true,
    needsIncidents: blame !== 'remediation',
    reasons: [],
    details: [...details, 'recovered_at'],
    rows: (scope) => sql`
      select d.repository_id, d.deployment_id as id, d.at, date_part('epoch', f.recovered_at - d.at) as value,
        true as counted, null::text as excluded, f.recovered_at is null as open,
        ${detail} || jsonb_build_object('recovered_at', ${utcText(sql`f.recovered_at`)}) as detail
      from (${deployedWithin(scope, finish)}) d
      join (
        select repository_id, deployment_id, min(recovered_at) as recovered_at
        from (${failuresBy(scope, { blame, finish })}) x group by repository_id, deployment_id
      ) f on f.repository_id = d.repository_id and f.deployment_id = d.deployment_id`,
  };
}

/** Whether the commit of the deployment `d` was the head of no push that is known. */
function withoutPush({ tenantId }: MetricScope, isAsked: boolean): RawBuilder<unknown> {
  if (!isAsked) return sql`null::text`;
  return sql`case when not exists (
    select from pushes h
    where h.tenant_id = ${tenantId} and h.repository_id = d.repository_id and h.head_sha = d.sha) then 'no_push' end`;
}
