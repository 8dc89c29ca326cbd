import { z } from '@hono/zod-openapi';
import type { IncidentRow } from './incident-rows.ts';
import { iso, timestamp } from './parameters.ts';
import { accountOf, accountSchema } from './person.ts';

export const incidentState = z.enum(['open', 'closed']);

export const incidentSchema = z
  .object({
    id: z.int().nullable().openapi({ description: "Of the issue; null: it is none, or GitHub's id is not known." }),
    repository: z.string(),
    number: z.int().openapi({ description: 'Of the issue. Negative: it was reported.' }),
    reported_id: z.string().nullable().openapi({ description: 'What the program calls it that reported it.' }),
    title: z.string(),
    url: z.string().nullable().openapi({ description: 'Where the program shows it that reported it.' }),
    state: incidentState,
    state_reason: z.string().nullable(),
    author: accountSchema.nullable(),
    labels: z.array(z.string()),
    created_at: timestamp,
    closed_at: timestamp.nullable(),
    resolved_at: timestamp.nullable().openapi({ description: 'When what it blames recovered: when it was closed.' }),
    deployment_id: z.int().nullable().openapi({ description: 'The deployment that it blames; null: it is unlinked.' }),
    rule: z.string().nullable().openapi({
      description:
        'What linked it: `linked_by_hand`, `names_deployment`, `names_pull_request`, `names_commit`, `names_deployed_commit` or `last_success_before_opening`; or what unlinked it, `unlinked_by_hand`.',
    }),
  })
  .openapi('Incident', {
    example: {
      id: 1,
      repository: 'acme/shop',
      number: 12,
      reported_id: null,
      title: 'Checkout is down',
      url: null,
      state: 'closed',
      state_reason: 'completed',
      author: { login: 'ann', id: 583231, type: 'User' },
      labels: ['incident'],
      created_at: '2026-03-02T09:00:00.000Z',
      closed_at: '2026-03-02T10:10:00.000Z',
      resolved_at: '2026-03-02T10:10:00.000Z',
      deployment_id: 42,
      rule: 'names_deployment',
    },
  });

export function presentIncident(row: IncidentRow): z.infer<typeof incidentSchema> {
  return {
    id: row.issue_id,
    repository: row.repository,
    number: row.number,
    reported_id: row.reported_id,
    title: row.title,
    url: row.url,
    state: row.state,
    state_reason: row.state_reason,
    author: accountOf(row),
    labels: row.labels,
    created_at: iso(row.created_at),
    closed_at: iso(row.closed_at),
    resolved_at: iso(row.closed_at),
    deployment_id: row.deployment_id,
    rule: row.rule,
  };
}
