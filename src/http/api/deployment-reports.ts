import { z } from '@hono/zod-openapi';
import { reportedNumber } from '../../facts/reported-number.ts';
import { plainText } from '../../plain-text.ts';
import { deploymentReportFacts, reportedStates } from '../../reports/deployment-report.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { findDeployment } from './deployment-rows.ts';
import { deploymentSchema, presentDeployment } from './deployment-schema.ts';
import { inOrg } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { mustHaveBeen, reportedId, reportedRepository, reportedSha, reportedTime, storeReport } from './report.ts';
import { creationRoute } from './post-route.ts';

const name = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .refine(...plainText);

const request = z.strictObject({
  id: reportedId.openapi({
    description: 'What you call it: reports of one id, in the same repository, are of one deployment.',
    example: 'argo-shop-1347',
  }),
  repository: reportedRepository,
  environment: name.default('production').openapi({ example: 'production' }),
  production: z
    .boolean()
    .optional()
    .openapi({ description: 'True: it is to production whatever its environment is called.' }),
  sha: reportedSha.openapi({
    type: 'string',
    description: 'The commit that is deployed.',
    example: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
  }),
  ref: name.optional().openapi({ description: 'The branch or tag; the sha unless given.', example: 'main' }),
  state: z.enum(reportedStates).openapi({
    description: 'What it has come to. The first `success` ends it; with none, the first `failure` or `error`.',
    example: 'success',
  }),
  at: reportedTime('When it came to that state; now unless given.'),
  started_at: reportedTime('When it began; `at` unless given.'),
});

const report = creationRoute({
  operationId: 'reportDeployment',
  path: '/api/v1/orgs/{org}/deployments',
  tag: 'Releases and deployments',
  summary: 'Report a deployment',
  description:
    'For CD systems that do not use deployments of GitHub. Send each state as it comes, in any order; the same report twice changes nothing. They count where the setting `deployment_source` is `{"kind": "reported"}`.',
  params: orgParams,
  request,
  response: deploymentSchema,
});

export function addDeploymentReports(api: Api, { queue }: ApiDeps): void {
  api.openapi(report, async (c) => {
    const { id, repository, production = null, sha, ref = sha, ...told } = c.req.valid('json');
    const at = told.at ?? new Date();
    const startedAt = told.started_at ?? at;
    mustHaveBeen({ at, started_at: startedAt });
    const { environment, state } = told;
    const scope = await storeReport(c, {
      repository,
      queue,
      about: { kind: 'deployment', id, told: { environment, sha, state, at } },
      factsOf: (repositoryId) =>
        deploymentReportFacts(repositoryId, { id, sha, ref, environment, production, state, startedAt, at }),
    });
    const key = { deploymentId: reportedNumber(id), repositoryId: scope.repository_id };
    const row = await inOrg(c, (trx, org) => findDeployment(trx, org, key));
    if (!row) throw new Error('a deployment that was stored is not found');
    return c.json(presentDeployment(row), 201);
  });
}
