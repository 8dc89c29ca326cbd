import { type RawBuilder, sql } from 'kysely';
import { isDeployedByTeam, isInEnvironment, isScoped, type MetricScope } from '../query/scope.ts';
import type { SettingsOf } from './settings.ts';

export type Finish = SettingsOf<'change-fail-rate'>['finish'];

/** When the deployment `d` finished. */
function finishOf({ tenantId }: MetricScope, finish: Finish): RawBuilder<unknown> {
  switch (finish) {
    case undefined:
      return sql`d.finished_at`;
    case 'last_success':
      return sql`coalesce((
        select max(t.created_at) from deployment_statuses t
        where t.tenant_id = ${tenantId} and t.repository_id = d.repository_id and t.deployment_id = d.deployment_id
          and t.state = 'success' and d.source in ('github_deployment', 'reported')), d.finished_at)`;
    case 'start_of_run':
      return sql`coalesce((
        select coalesce(w.started_at, w.created_at) from workflow_runs w
        where w.tenant_id = ${tenantId} and w.repository_id = d.repository_id
          and w.workflow_run_id = d.deployment_id and d.source = 'workflow_run'), d.finished_at)`;
  }
}

/** The finished production deployments of any time, with `at`. */
export function deployedEver(scope: MetricScope, finish: Finish): RawBuilder<unknown> {
  return sql`
    select d.*, ${finishOf(scope, finish)} as at
    from production_deployments d
    where d.tenant_id = ${scope.tenantId} and ${isScoped(scope, 'd')} and ${isInEnvironment(scope, 'd.environment')}
      and ${isDeployedByTeam(scope)}`;
}

/**
 * Those of the window. A start is not later than the finish, and the latest success not earlier than the first. An
 * offset has `at` looked up once for each, and not for each row that is joined to it.
 */
export function deployedWithin(scope: MetricScope, finish: Finish): RawBuilder<unknown> {
  const { from, to } = scope;
  const [after, before] = [sql`d.finished_at >= ${from}`, sql`d.finished_at < ${to}`];
  const near = { last_success: before, start_of_run: after, first_success: sql`${after} and ${before}` };
  const once = finish === undefined ? sql`` : sql`offset 0`;
  return sql`
    select * from (${deployedEver(scope, finish)} and ${near[finish ?? 'first_success']} ${once}) d
    where d.at >= ${from} and d.at < ${to}`;
}
