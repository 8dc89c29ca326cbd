import { type RawBuilder, sql } from 'kysely';
import type { Metric } from '../query/metric.ts';
import type { MetricScope } from '../query/scope.ts';
import { utcText } from '../query/utc-text.ts';
import { shippedByBranch, shippedByPush, shippedCommits, shippedPulls } from './shipped-work.ts';
import type { LeadTimeSettings } from './settings.ts';

/**
 * Of what a link ships: `repository_id, id, at, finish, number, sha, environment, author, missing`, and of a pull
 * request or a commit the times that a span is made of.
 */
const sources = {
  first_of_repository: shippedPulls,
  branch_and_time: shippedByBranch,
  each_environment: shippedCommits,
  push_of_head: shippedByPush,
} as const satisfies Readonly<Record<LeadTimeSettings['link'], unknown>>;

const seconds = (from: RawBuilder<unknown>, to: RawBuilder<unknown>) => sql`date_part('epoch', ${to} - ${from})`;
const [finish, merged] = [sql`x.finish`, sql`x.merged_at`];
const [firstCommit, opened, ready] = [sql`x.first_commit_at`, sql`x.created_at`, sql`x.ready_at`];
const [reviewed, approved] = [sql`x.first_review_at`, sql`x.approved_at`];

/** In whole minutes, and never less than 0. */
const minutesUp = (from: RawBuilder<unknown>, to: RawBuilder<unknown>) =>
  sql`greatest(ceil(${seconds(from, to)} / 60), 0)`;
const orZero = (value: RawBuilder<unknown>) => sql`coalesce(${value}, 0)`;

const spans: Readonly<Record<LeadTimeSettings['span'], RawBuilder<unknown>>> = {
  three_parts: sql`60 * (${minutesUp(firstCommit, opened)} + ${minutesUp(opened, merged)} + ${minutesUp(merged, finish)})`,
  // An approval that comes after the merge ends no stage.
  five_stages: sql`greatest(${seconds(firstCommit, opened)}, 0) + ${orZero(seconds(ready, reviewed))}
    + ${orZero(seconds(reviewed, approved))} + greatest(${orZero(seconds(approved, merged))}, 0) + ${seconds(merged, finish)}`,
  authored: seconds(sql`x.authored_at`, finish),
  committed: sql`60 * trunc(${seconds(sql`date_trunc('second', x.committed_at)`, finish)} / 60)`,
};

/** Why a value is left out. */
const isDiscarded = { committed: sql`v.value <= 0`, authored: sql`v.value < 0` };

export function leadTimeBy({ link, span, statistic, finish: finished }: LeadTimeSettings): Metric {
  const discarded = span === 'committed' || span === 'authored' ? isDiscarded[span] : sql`false`;
  return {
    unit: 'seconds',
    statistic: statistic ?? 'median',
    meaning: 'The time to the deployment of a pull request, or of a commit.',
    needsDeployments: true,
    shipsPulls: true,
    nothing: 'Nothing came to production in the window that this profile counts.',
    reasons: [
      'no_push',
      'not_deployed',
      'no_deployment_of_branch',
      'unknown_commits',
      'unknown_parents',
      'long_gap',
      'too_many_commits',
      'unknown_start',
      span === 'committed' ? 'not_positive' : 'clock_skew',
    ],
    details: ['number', 'sha', 'environment', 'finished_at'],
    rows: (scope: MetricScope) => sql`
      select x.repository_id, x.id, x.at, v.value, true as counted,
        case when x.missing is not null then x.missing when v.value is null then 'unknown_start'
          when ${discarded} then ${span === 'committed' ? 'not_positive' : 'clock_skew'}::text end as excluded,
        false as open,
        jsonb_build_object('number', x.number, 'sha', x.sha, 'environment', x.environment, 'finished_at',
          ${utcText(finish)}) as detail
      from (${sources[link](scope, finished)}) x
      cross join lateral (select (${spans[span]})::double precision as value) v`,
  };
}
