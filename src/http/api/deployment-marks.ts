import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Trx } from '../../../db/tenant.ts';
import {
  getMarkedDeployment,
  linkIncident,
  type MarkedDeployment,
  markFailed,
  unlinkIncident,
  unmarkFailed,
} from '../../metrics/marks.ts';
import { listDeploymentDetails } from '../../metrics/query/deployment-details.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiEnv } from './api-env.ts';
import { putLinkRoute, putRoute, takeBackRoute } from './change-route.ts';
import { failureCauseSchema, setAsideSchema } from './failure-schema.ts';
import { inOrg, repositoryIdOf } from './org-scope.ts';
import { idParameter, numberParameter, orgParams, repositoryFilter, time, timestamp } from './parameters.ts';

const tag = 'Releases and deployments';
const path = '/api/v1/orgs/{org}/deployments/{id}';
const params = orgParams.extend({
  id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 42 }),
});
const linkParams = params.extend({
  issue: numberParameter.openapi({
    param: { name: 'issue', in: 'path', required: true },
    description: "The incident's number, in the repository of the deployment.",
    example: 12,
  }),
});
const filters = { repository: repositoryFilter };
const reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .refine((text) => !/\p{Cc}/u.test(text), 'has a control character');

const standingSchema = z
  .object({
    id: z.int(),
    repository: z.string(),
    source: z.string(),
    finished_at: timestamp,
    failed: z.boolean(),
    failure_causes: z.array(failureCauseSchema),
    set_aside: setAsideSchema.nullable(),
  })
  .openapi('DeploymentStanding', {
    example: {
      id: 42,
      repository: 'acme/shop',
      source: 'github_deployment',
      finished_at: '2026-03-02T08:24:00.000Z',
      failed: true,
      failure_causes: [{ kind: 'manual', by: 'operator', rule: 'Checkout was down', recovered_at: null }],
      set_aside: null,
    },
  });

const mark = putRoute({
  operationId: 'markDeploymentFailed',
  path: `${path}/failure`,
  tag,
  summary: 'Say that a deployment failed',
  description: 'A finished one to production. It counts from now on, beside the causes that were found.',
  params,
  filters,
  request: z.strictObject({
    reason: reason.openapi({ description: 'Why; shown as the rule of the cause.', example: 'Checkout was down' }),
    recovered_at: time.openapi({ type: 'string', description: 'When it was over; open unless given.' }),
  }),
  response: standingSchema,
});

const unmark = takeBackRoute({
  operationId: 'unmarkDeploymentFailed',
  path: `${path}/failure`,
  tag,
  summary: 'Say that a deployment did not fail',
  description: 'Takes its mark back. Causes that were found, or come later, are set aside: shown, and counted nowhere.',
  params,
  filters: { ...filters, reason: reason.optional().openapi({ description: 'Why; shown with what is set aside.' }) },
  response: standingSchema,
});

const link = putLinkRoute({
  operationId: 'linkIncident',
  path: `${path}/incidents/{issue}`,
  tag,
  summary: 'Link an incident to a deployment',
  description: 'Instead of what it is linked to now.',
  params: linkParams,
  filters,
  response: standingSchema,
});

const unlink = takeBackRoute({
  operationId: 'unlinkIncident',
  path: `${path}/incidents/{issue}`,
  tag,
  summary: 'Unlink an incident from a deployment',
  description: 'It is linked to nothing then, until somebody links it again.',
  params: linkParams,
  filters,
  response: standingSchema,
});

export function addDeploymentMarks(api: Api): void {
  api.openapi(mark, async (c) => {
    const { reason: why, recovered_at: recoveredAt = null } = c.req.valid('json');
    const name = { ...c.req.valid('param'), ...c.req.valid('query') };
    const standing = await change(c, name, (trx, deployment) =>
      markFailed(trx, deployment, { reason: why, recoveredAt, actor: actorOf(c) }),
    );
    return c.json(standing, 200);
  });
  api.openapi(unmark, async (c) => {
    const { reason: why = null, repository } = c.req.valid('query');
    const standing = await change(c, { ...c.req.valid('param'), repository }, (trx, deployment) =>
      unmarkFailed(trx, deployment, { reason: why, actor: actorOf(c) }),
    );
    return c.json(standing, 200);
  });
  api.openapi(link, async (c) => {
    const { issue: number, ...name } = { ...c.req.valid('param'), ...c.req.valid('query') };
    const standing = await change(c, name, (trx, deployment) =>
      linkIncident(trx, deployment, { number, actor: actorOf(c) }),
    );
    return c.json(standing, 200);
  });
  api.openapi(unlink, async (c) => {
    const { issue: number, ...name } = { ...c.req.valid('param'), ...c.req.valid('query') };
    const standing = await change(c, name, (trx, deployment) =>
      unlinkIncident(trx, deployment, { number, actor: actorOf(c) }),
    );
    return c.json(standing, 200);
  });
}

interface Name {
  readonly id: number;
  readonly repository?: string | undefined;
}

function change(
  c: Context<ApiEnv>,
  { id, repository }: Name,
  work: (trx: Trx, deployment: MarkedDeployment) => Promise<void>,
): Promise<z.infer<typeof standingSchema>> {
  return inOrg(c, async (trx, org) => {
    const repositoryId = await repositoryIdOf(trx, org, repository);
    const name = { tenantId: org.tenant_id, deploymentId: id, repositoryId };
    const deployment = await getMarkedDeployment(trx, name);
    await work(trx, deployment);
    return readStanding(trx, deployment);
  });
}

async function readStanding(trx: Trx, deployment: MarkedDeployment): Promise<z.infer<typeof standingSchema>> {
  const { tenantId, repositoryId, repository, deploymentId, source, finishedAt } = deployment;
  const key = { repository_id: repositoryId, deployment_id: deploymentId };
  const [details] = await listDeploymentDetails(trx, tenantId, [key]);
  const failure_causes = details?.failure_causes ?? [];
  return {
    id: deploymentId,
    repository,
    source,
    finished_at: finishedAt.toISOString(),
    failed: failure_causes.length > 0,
    failure_causes,
    set_aside: details?.set_aside ?? null,
  };
}
