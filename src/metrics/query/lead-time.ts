import { sql } from 'kysely';
import type { Metric } from './metric.ts';
import { isInEnvironment, isOfTeam, isScoped, whyChangeIsLeftOut } from './scope.ts';
import { utcText } from './utc-text.ts';

export const leadTime: Metric = {
  unit: 'seconds',
  statistic: 'median',
  meaning:
    'Median over the changes whose first production deployment finished in the window of the time from their start to that finish.',
  needsDeployments: true,
  shipsPulls: true,
  nothing: 'No change came to production for the first time in the window.',
  reasons: ['baseline', 'bot', 'excluded_person', 'unknown_start', 'clock_skew'],
  details: ['number', 'sha', 'rule', 'environment', 'author', 'started_at'],
  rows: (scope) => sql`
    select c.repository_id, c.deployment_id as id, c.finished_at as at,
      c.seconds as value, true as counted,
      case when c.standing = 'baseline' then 'baseline' else coalesce(${whyChangeIsLeftOut(scope)},
        case when c.seconds is null then 'unknown_start' when c.seconds < 0 then 'clock_skew' end) end as excluded,
      false as open,
      jsonb_build_object('number', nullif(c.number, 0), 'sha', c.sha, 'rule', c.rule, 'environment', c.environment,
        'author', a.login, 'started_at', ${utcText(sql`c.started_at`)}) as detail
    from deployment_changes c
    left join contributor_emails e on e.tenant_id = ${scope.tenantId} and e.email = c.author_email
    left join contributors a on a.tenant_id = ${scope.tenantId}
      and a.contributor_id = coalesce(c.author_id, e.contributor_id)
    where c.tenant_id = ${scope.tenantId} and ${isScoped(scope, 'c')} and c.is_change and c.standing in ('first', 'baseline')
      and c.finished_at >= ${scope.from} and c.finished_at < ${scope.to}
      and ${isInEnvironment(scope, 'c.environment')}
      and ${isOfTeam(scope, { person: sql`a.contributor_id`, at: sql`coalesce(c.started_at, c.finished_at)` })}`,
};
