import { z } from '@hono/zod-openapi';
import type { Trx } from '../../../db/tenant.ts';
import { anyMetricNames } from '../../metrics/query/any-metric.ts';
import type { MetricQuery } from '../../metrics/query/query-metric.ts';
import { metricFilters, metricQueryOf, teamIdOf } from './metric-query.ts';
import { type Org, repositoryIdOf } from './org-scope.ts';

const { repository, team, environment, from, to, time_zone, compare, step } = metricFilters;

/** A filter of the metrics, as text: what it says is read each time that somebody looks. */
function asGiven(filter: z.ZodType) {
  return z
    .string()
    .max(200)
    .superRefine((text, context) => {
      for (const { message } of filter.safeParse(text).error?.issues ?? [])
        context.addIssue({ code: 'custom', message });
    })
    .optional()
    .openapi({ description: 'As the same filter of `GET …/metrics`.' });
}

/** What a share shows. */
export const shareViewSchema = z
  .strictObject({
    metrics: z.array(z.enum(anyMetricNames)).min(1).optional().openapi({ description: 'All unless given.' }),
    repository: asGiven(repository),
    team: asGiven(team),
    environment: asGiven(environment),
    from: asGiven(from),
    to: asGiven(to),
    time_zone: asGiven(time_zone),
    compare: asGiven(compare),
    step: step.unwrap().optional(),
  })
  .openapi('ShareView', { example: { metrics: ['deployment-frequency', 'lead-time'], team: 'platform' } });

export type ShareView = z.infer<typeof shareViewSchema>;

const stored = z.object(metricFilters);

/** @throws NotFoundError, InvalidPayloadError */
export function queryOfView(trx: Trx, org: Org, view: ShareView): Promise<MetricQuery> {
  return metricQueryOf(trx, org, stored.parse(view));
}

/** Names may be another's one day: what is kept are ids. @throws NotFoundError */
export async function withIds(trx: Trx, org: Org, view: ShareView): Promise<ShareView> {
  const [repositoryId, teamId] = [await repositoryIdOf(trx, org, view.repository), await teamIdOf(trx, org, view.team)];
  return {
    ...view,
    ...(repositoryId !== undefined && { repository: String(repositoryId) }),
    ...(teamId !== undefined && { team: String(teamId) }),
  };
}
