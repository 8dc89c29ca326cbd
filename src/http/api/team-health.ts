import { z } from '@hono/zod-openapi';
import { findTeamHealth } from '../../metrics/query/team-health.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { metricQueryOf, rowFilters } from './metric-query.ts';
import { presentWindow, qualitySchema, windowSchema } from './metric-schema.ts';
import { inOrg } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { filteredRoute } from './route.ts';

const { repository, team, from, to, time_zone } = rowFilters;
const number = z.number().nullable();

const teamHealthSchema = z
  .object({
    metric: z.literal('team-health'),
    window: windowSchema,
    measures: z.array(
      z.object({
        measure: z.enum([
          'work_in_progress',
          'open_age',
          'waiting_for_review',
          'waiting_age',
          'reviews_per_pull_request',
          'rework_cycles_per_pull_request',
          'review_load_spread',
          'outside_hours',
        ]),
        value: number.openapi({ description: 'Null: not known, and `quality` says why.' }),
        unit: z.enum(['count', 'seconds', 'per_pull_request', 'ratio']),
        n: z.int().openapi({ description: 'How many things it is made of.' }),
        numerator: number,
        denominator: number,
      }),
    ),
    quality: qualitySchema,
  })
  .openapi('TeamHealth', {
    example: {
      metric: 'team-health',
      window: { from: '2026-03-01T00:00:00.000Z', to: '2026-03-29T00:00:00.000Z' },
      measures: [{ measure: 'review_load_spread', value: 0.25, unit: 'ratio', n: 40, numerator: 2, denominator: 8 }],
      quality: [],
    },
  });

const route = filteredRoute({
  operationId: 'getTeamHealth',
  path: '/api/v1/orgs/{org}/metrics/team-health',
  tag: 'Metrics',
  summary: "Get a team's health",
  description: `How work flows; of people only how many they are.

- \`work_in_progress\`, \`open_age\`: the pull requests that are open at the end of the window, and their median age.
- \`waiting_for_review\`, \`waiting_age\`: those of them that are no drafts and that no other person has reviewed, and the median time since they were ready.
- \`reviews_per_pull_request\`, \`rework_cycles_per_pull_request\`: means over those that were merged in the window.
- \`review_load_spread\`: of the people who reviewed, the part that did half of the reviews; 0.5 is an even load.
- \`outside_hours\`: the part of the commits that were written at a weekend, or before 8 or after 19 o'clock of \`time_zone\`; of at least five people.`,
  params: orgParams,
  filters: { repository, team, from, to, time_zone },
  response: teamHealthSchema,
});

export function addTeamHealth(api: Api, { db }: ApiDeps): void {
  api.openapi(route, async (c) => {
    const health = await inOrg(db, c.req.valid('param').org, async (trx, org) => {
      const query = await metricQueryOf(trx, org, c.req.valid('query'));
      return { window: presentWindow(query), ...(await findTeamHealth(trx, query)) };
    });
    return c.json({ metric: 'team-health' as const, ...health }, 200);
  });
}
