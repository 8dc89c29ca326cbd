import { type RawBuilder, sql } from 'kysely';
import type { Metric } from './metric.ts';
import { stages } from './pull-request-stages.ts';
import { isInEnvironment, isOfTeam, isScoped, type MetricScope, whyAuthorIsLeftOut } from './scope.ts';

interface PullMetric {
  readonly meaning: string;
  readonly unit?: Metric['unit'];
  readonly value: RawBuilder<unknown>;
  /** Beside merged pull requests `p`. */
  readonly joins?: (scope: MetricScope) => RawBuilder<unknown>;
  /** Why there is no value, where there is none: one of `reasons`. */
  readonly missing: RawBuilder<unknown>;
  readonly reasons: readonly string[];
  readonly needsDeployments?: boolean;
}

function pullMetric({
  meaning,
  unit = 'seconds',
  value,
  joins = () => sql``,
  missing,
  reasons,
  needsDeployments = false,
}: PullMetric): Metric {
  return {
    unit,
    statistic: 'median',
    meaning,
    needsDeployments,
    shipsPulls: needsDeployments,
    nothing: 'No pull request was merged in the window.',
    nothingThere: 'No pull request that was merged in the window came first to this environment.',
    reasons: ['bot', 'excluded_person', ...reasons],
    details: [
      'number',
      'author',
      'deployment_id',
      'reviews',
      'rework_cycles',
      'additions',
      'deletions',
      ...Object.keys(stages),
    ],
    rows: (scope) => pullRows(scope, { value, joined: joins(scope), missing }),
  };
}

interface PullRows extends Pick<PullMetric, 'value' | 'missing'> {
  readonly joined: RawBuilder<unknown>;
}

function pullRows(scope: MetricScope, { value, joined, missing }: PullRows): RawBuilder<unknown> {
  const { tenantId, from, to } = scope;
  const columns = Object.entries(stages).map(([name, stage]) => sql`${sql.lit(name)}, ${stage}`);
  return sql`
    select m.repository_id, m.id, m.at, m.value, m.counted,
      coalesce(m.excluded, case when m.value is null then m.missing end) as excluded, m.open, m.detail
    from (
      select p.repository_id, p.number::bigint as id, p.merged_at as at, ${value} as value, true as counted,
        ${whyAuthorIsLeftOut(scope)} as excluded, ${missing} as missing, false as open,
        jsonb_build_object('number', p.number, 'author', a.login, 'deployment_id', p.first_deployment_id,
          'reviews', p.reviews, 'rework_cycles', p.rework_cycles, 'additions', p.additions, 'deletions', p.deletions,
          ${sql.join(columns)}) as detail
      from merged_pull_requests p
      ${joined}
      left join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = p.author_id
      where p.tenant_id = ${tenantId} and ${isScoped(scope, 'p')} and p.merged_at >= ${from} and p.merged_at < ${to}
        and ${isInEnvironment(scope, 'p.deployed_to')}
        and ${isOfTeam(scope, { person: sql`p.author_id`, at: sql`p.merged_at` })}
    ) m`;
}

export const pullCycle = pullMetric({
  meaning: 'Median over the merged pull requests of the time from the first commit to the first production deployment.',
  value: stages.cycle_s,
  missing: sql`case when p.first_commit_at is null then 'unknown_commits' else 'not_deployed' end`,
  reasons: ['unknown_commits', 'not_deployed'],
  needsDeployments: true,
});

export const pullPickup = pullMetric({
  meaning:
    'Median over the merged pull requests of the time from ready to the first review or review comment by another person.',
  value: stages.pickup_s,
  missing: sql`'no_review'::text`,
  reasons: ['no_review'],
});

export const pullReview = pullMetric({
  meaning: 'Median over the merged pull requests of the time from that review to the merge.',
  value: stages.review_s,
  missing: sql`'no_review'::text`,
  reasons: ['no_review'],
});

/** At the last head, of which alone the list is that of the merge. */
export const pullSize = pullMetric({
  meaning:
    'Median over the merged pull requests of the lines that they add and delete, without generated, vendored and lock files.',
  unit: 'lines',
  value: sql`f.read_lines::double precision`,
  joins: ({ tenantId }) => sql`
    left join pull_request_file_lists f on f.tenant_id = ${tenantId} and f.repository_id = p.repository_id
      and f.number = p.number and f.head_sha = p.head_sha`,
  missing: sql`'unknown_files'::text`,
  reasons: ['unknown_files'],
});
