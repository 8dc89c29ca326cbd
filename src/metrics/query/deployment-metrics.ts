import { type RawBuilder, sql } from 'kysely';
import type { Metric } from './metric.ts';
import { isDeployedByTeam, isInEnvironment, isScoped, type MetricScope } from './scope.ts';
import { utcText } from './utc-text.ts';

const about = sql`jsonb_build_object('environment', d.environment, 'sha', d.sha, 'ref', d.ref, 'outcome', d.outcome, 'source', d.source,
  'head_sha', d.head_sha, 'matched_by', case when d.off_branch then d.match_rule end)`;

const details = ['environment', 'sha', 'ref', 'outcome', 'source', 'head_sha', 'matched_by'] as const;

interface DeploymentRows {
  readonly value?: RawBuilder<unknown>;
  readonly counted?: RawBuilder<unknown>;
  readonly open?: RawBuilder<unknown>;
  readonly detail?: RawBuilder<unknown>;
  readonly from?: RawBuilder<unknown>;
  readonly where?: RawBuilder<unknown>;
}

/** The finished production deployments of the window. */
function deploymentRows(scope: MetricScope, rows: DeploymentRows): RawBuilder<unknown> {
  const { tenantId, from, to } = scope;
  return sql`
    select d.repository_id, d.deployment_id as id, d.finished_at as at, ${rows.value ?? sql`null::double precision`} as value,
      ${rows.counted ?? sql`true`} as counted, null::text as excluded, ${rows.open ?? sql`false`} as open,
      ${about} || ${rows.detail ?? sql`'{}'`}::jsonb as detail
    from production_deployments d
    ${rows.from ?? sql``}
    where d.tenant_id = ${tenantId} and ${isScoped(scope, 'd')} and d.finished_at >= ${from} and d.finished_at < ${to}
      and ${isInEnvironment(scope, 'd.environment')} and ${isDeployedByTeam(scope)} and ${rows.where ?? sql`true`}`;
}

export const deploymentFrequency: Metric = {
  unit: 'per_day',
  statistic: 'rate',
  meaning: 'Successful production deployments, divided by the days of the window.',
  needsDeployments: true,
  reasons: [],
  details,
  rows: (scope) => deploymentRows(scope, { where: sql`d.outcome = 'success'` }),
};

export const changeFailRate: Metric = {
  unit: 'ratio',
  statistic: 'ratio',
  meaning: 'Failed production deployments, divided by the finished ones. A deployment with several causes counts once.',
  needsDeployments: true,
  needsIncidents: true,
  nothing: 'No production deployment finished in the window.',
  reasons: [],
  details: [...details, 'failure_causes'],
  rows: (scope) =>
    deploymentRows(scope, {
      counted: sql`f.failed`,
      detail: sql`jsonb_build_object('failure_causes', coalesce(f.causes, '[]'))`,
      from: sql`cross join lateral (${failures(scope)}) f`,
    }),
};

export const recoveryTime: Metric = {
  unit: 'seconds',
  statistic: 'median',
  meaning:
    'Median over the failed deployments of the time from their finish to the earliest recovery. Those not recovered are open.',
  needsDeployments: true,
  needsIncidents: true,
  nothing: 'No production deployment of the window failed, as far as is known: there was nothing to recover from.',
  reasons: [],
  details: [...details, 'failure_causes', 'recovered_at'],
  rows: (scope) =>
    deploymentRows(scope, {
      value: sql`date_part('epoch', f.recovered_at - d.finished_at)`,
      open: sql`f.recovered_at is null`,
      detail: sql`jsonb_build_object('failure_causes', f.causes, 'recovered_at', ${utcText(sql`f.recovered_at`)})`,
      from: sql`cross join lateral (${failures(scope)}) f`,
      where: sql`f.failed`,
    }),
};

export const reworkRate: Metric = {
  unit: 'ratio',
  statistic: 'ratio',
  meaning: 'Successful production deployments that repair an earlier one, divided by the successful ones.',
  needsDeployments: true,
  nothing: 'No production deployment succeeded in the window.',
  reasons: [],
  details: [...details, 'rework'],
  rows: (scope) =>
    deploymentRows(scope, {
      counted: sql`w.repairs`,
      detail: sql`jsonb_build_object('rework', coalesce(w.rework, '[]'))`,
      from: sql`cross join lateral (
        select count(*) > 0 as repairs,
          jsonb_agg(jsonb_build_object('kind', w.kind, 'by', w.linked_by) order by w.kind, w.linked_by) as rework
        from deployment_rework w
        where w.tenant_id = ${scope.tenantId} and w.repository_id = d.repository_id
          and w.deployment_id = d.deployment_id
      ) w`,
      where: sql`d.outcome = 'success'`,
    }),
};

function failures({ tenantId }: MetricScope): RawBuilder<unknown> {
  return sql`
    select count(*) > 0 as failed, min(f.recovered_at) as recovered_at, jsonb_agg(jsonb_build_object('kind', f.kind, 'by', f.linked_by,
      'rule', f.rule, 'recovered_at', ${utcText(sql`f.recovered_at`)}) order by f.kind, f.linked_by) as causes
    from deployment_failures f
    where f.tenant_id = ${tenantId} and f.repository_id = d.repository_id and f.deployment_id = d.deployment_id`;
}
