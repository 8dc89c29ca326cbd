import { type RawBuilder, sql } from 'kysely';
import type { Metric } from '../query/metric.ts';
import { isInEnvironment, type MetricScope } from '../query/scope.ts';
import { utcText } from '../query/utc-text.ts';
import { blamedByTime, deployedCommits } from './blamed.ts';
import { deployedEver } from './deployed.ts';
import { incidentsOf } from './incidents.ts';
import type { SettingsOf } from './settings.ts';

type Settings = SettingsOf<'recovery-time'>;

/** Of incidents. */
export function incidentRecoveryBy(settings: Settings): Metric {
  const { start, rounding, statistic, window } = settings;
  const started = { shiplog: sql`i.at`, opening: sql`i.opened_at`, earlier: sql`least(i.opened_at, i.at)` }[
    start ?? 'shiplog'
  ];
  const span = sql`date_part('epoch', i.closed_at - ${started})`;
  return {
    unit: 'seconds',
    statistic: statistic ?? 'median',
    meaning: 'The time to the close of an incident.',
    needsDeployments: start === undefined,
    needsIncidents: true,
    nothing: 'No incident that this profile counts is of the window: there was nothing to recover from.',
    nothingThere:
      'No incident that this profile counts is of the window and blames a deployment to this environment: there was nothing to recover from.',
    reasons: ['no_push'],
    details: ['number', 'opened_at', 'closed_at', 'deployment_id'],
    rows: (scope) => {
      const { from, to } = scope;
      const isIn = (time: RawBuilder<unknown>) => sql`${time} >= ${from} and ${time} < ${to}`;
      const place = window === 'started' ? started : sql`i.closed_at`;
      return sql`
        select i.repository_id, i.number as id, ${place} as at, ${rounded(span, rounding)} as value, true as counted,
          i.missing as excluded, i.closed_at is null as open,
          jsonb_build_object('number', i.number, 'opened_at', ${utcText(sql`i.opened_at`)}, 'closed_at',
            ${utcText(sql`i.closed_at`)}, 'deployment_id', i.deployment_id) as detail
        from (${incidentsWithStart(scope, settings)}) i
        where ${isIn(place)} and ${window === 'closed_and_deployed' ? isIn(sql`i.at`) : sql`true`}`;
    },
  };
}

/** Of one that is not known PostgreSQL keeps null. */
function rounded(seconds: RawBuilder<unknown>, to: Settings['rounding']): RawBuilder<unknown> {
  if (to === undefined) return seconds;
  const unit = to === 'minutes' ? 60 : 3_600;
  return sql`trunc(${seconds} / ${unit}::double precision) * ${unit}::double precision`;
}

/**
 * With `at`, the finish of what each blames, where that is asked for, and why it is not known. Where an environment is asked
 * for, only what blames a deployment to it counts.
 */
function incidentsWithStart(scope: MetricScope, { blame, incidents, finish }: Settings): RawBuilder<unknown> {
  const listed = incidentsOf(scope, incidents);
  switch (blame) {
    case 'last_success':
      return sql`select x.*, null::text as missing from (${blamedByTime(scope, { blame, finish })}) x`;
    case 'root_cause':
      return sql`
        select i.repository_id, i.number, i.opened_at, i.closed_at, first.deployment_id, first.at,
          case when i.root_cause is not null and first.at is null then 'no_push' end as missing
        from (${listed}) i
        left join (
          select distinct on (d.pushed_sha) d.pushed_sha, d.at, d.deployment_id
          from (${deployedCommits(scope, deployedEver(scope, finish))}) d order by d.pushed_sha, d.at
        ) first on first.pushed_sha = i.root_cause
        where ${scope.environment === undefined ? sql`true` : sql`first.at is not null`}`;
    default:
      return sql`
        select i.*, null::timestamptz as at, null::text as missing from (${listed}) i
        where ${isOfEnvironment(scope)}`;
  }
}

/** Whether the incident `i` blames a deployment to the environment that is asked for. */
function isOfEnvironment(scope: MetricScope): RawBuilder<unknown> {
  if (scope.environment === undefined) return sql`true`;
  return sql`exists (
    select from production_deployments d
    where d.tenant_id = ${scope.tenantId} and d.repository_id = i.repository_id and d.deployment_id = i.deployment_id
      and ${isInEnvironment(scope, 'd.environment')})`;
}
