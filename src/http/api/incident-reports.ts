import { z } from '@hono/zod-openapi';
import { InvalidPayloadError } from '../../errors.ts';
import { reportedNumber } from '../../facts/reported-number.ts';
import { plainText } from '../../plain-text.ts';
import { incidentReportFacts } from '../../reports/incident-report.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { orgParams, timestamp } from './parameters.ts';
import { mustHaveBeen, reportedId, reportedRepository, reportedTime, storeReport } from './report.ts';
import { creationRoute } from './post-route.ts';

const causedBy = z
  .strictObject({
    deployment: z
      .union([z.int(), reportedId])
      .optional()
      .openapi({ description: 'Its id here, or, as a text, the id with which it was reported.', example: 42 }),
    pull_request: z.int().min(1).max(2_147_483_647).optional().openapi({ description: 'Its number.' }),
    sha: z
      .string()
      .toLowerCase()
      .regex(/^[0-9a-f]{7,64}$/, 'is not a sha, or the first 7 digits of one')
      .optional(),
  })
  .openapi({ description: 'What it blames; else it blames the last successful deployment before it.' });

// Causes name incidents and issues in one way, so a reported one may not look like an issue.
const incidentId = reportedId.refine(
  (id) => !/^#\d+$/.test(id),
  'is how an issue of GitHub is named: put something before it, such as the name of the tool',
);

const request = z.strictObject({
  id: incidentId.openapi({
    description: 'What you call it: reports of one id, in the same repository, are of one incident.',
    example: 'PD-1347',
  }),
  repository: reportedRepository,
  title: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .refine(...plainText)
    .openapi({ example: 'Checkout is down' }),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .refine(...plainText)
    .optional()
    .openapi({ description: 'Where it is shown.' }),
  opened_at: reportedTime('When it began; needed.').unwrap(),
  resolved_at: reportedTime('When it was over; open, perhaps again, unless given.'),
  caused_by: causedBy.optional(),
  updated_at: reportedTime('When it stood so: of reports that come late the latest counts. Now unless given.'),
});

const response = z
  .object({
    repository: z.string(),
    number: z.int().openapi({ description: 'By which it is found here; negative.' }),
    reported_id: z.string(),
    opened_at: timestamp,
    resolved_at: timestamp.nullable(),
  })
  .openapi('ReportedIncident', {
    example: {
      repository: 'acme/shop',
      number: -2_837_465_019_283_746,
      reported_id: 'PD-1347',
      opened_at: '2026-03-02T09:00:00.000Z',
      resolved_at: null,
    },
  });

const report = creationRoute({
  operationId: 'reportIncident',
  path: '/api/v1/orgs/{org}/incidents',
  tag: 'Incidents',
  summary: 'Report an incident',
  description:
    'For incident tools. Send it whenever it changes, in any order. It counts as an issue with the label `incident` does; what it blames is shown in the list of incidents, a moment later.',
  params: orgParams,
  request,
  response,
});

export function addIncidentReports(api: Api, { queue }: ApiDeps): void {
  api.openapi(report, async (c) => {
    const { id, repository, title, url = null, caused_by: cause = {}, ...told } = c.req.valid('json');
    const { opened_at: openedAt, resolved_at: closedAt = null, updated_at: updatedAt = new Date() } = told;
    mustHaveBeen({ opened_at: openedAt, resolved_at: closedAt, updated_at: updatedAt });
    if (closedAt && closedAt < openedAt) throw new InvalidPayloadError('`resolved_at` is before `opened_at`.');
    const { deployment = null, pull_request: pull = null, sha = null } = cause;
    const deploymentId = typeof deployment === 'string' ? reportedNumber(deployment) : deployment;
    const names = { deploymentId, pull, sha };
    const scope = await storeReport(c, {
      repository,
      queue,
      about: { kind: 'incident', id, told: { title, opened_at: openedAt, resolved_at: closedAt, ...names } },
      factsOf: (repositoryId) =>
        incidentReportFacts(repositoryId, { id, title, url, openedAt, closedAt, names, updatedAt }),
    });
    const body = {
      repository: scope.full_name,
      number: reportedNumber(id),
      reported_id: id,
      opened_at: openedAt.toISOString(),
      resolved_at: closedAt?.toISOString() ?? null,
    };
    return c.json(body, 201);
  });
}
