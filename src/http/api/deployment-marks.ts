import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Trx } from '../../../db/tenant.ts';
import { markDeployment, unmarkDeployment } from '../../metrics/deployment-marks.ts';
import { linkIncident, rejectIncident, unlinkIncident } from '../../metrics/incident-links.ts';
import { getMarkedDeployment, type MarkedDeployment } from '../../metrics/marked-deployment.ts';
import { listDeploymentDetails } from '../../metrics/query/deployment-details.ts';
import { plainText } from '../../plain-text.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiEnv } from './api-env.ts';
import { putRoute, takeBackRoute } from './change-route.ts';
import { failureCauseSchema, setAsideSchema } from './failure-schema.ts';
import { inOrg, repositoryIdOf } from './org-scope.ts';
import { idParameter, orgParams, repositoryFilter, time, timestamp } from './parameters.ts';

const tag = 'Releases and deployments';
const path = '/api/v1/orgs/{org}/deployments/{id}';
const params = orgParams.extend({
  id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 42 }),
});
const linkParams = params.extend({
  issue: idParameter.openapi({
    param: { name: 'issue', in: 'path', required: true },
    description: "The incident's number, in the repository of the deployment; a reported one has a negative number.",
    example: 12,
  }),
});
const filters = { repository: repositoryFilter };
const reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .refine(...plainText);

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
  operationId: 'markDeployment',
  path: `${path}/failure`,
  tag,
  summary: 'Say that a deployment failed, or that it did not',
  description:
    'Of a finished one to production. That it failed counts beside the causes that were found. That it did not sets aside these, and those that come later: shown, and counted nowhere.',
  params,
  filters,
  request: z.strictObject({
    failed: z.boolean().default(true),
    reason: reason.openapi({ description: 'Why; shown as the rule of the cause.', example: 'Checkout was down' }),
    recovered_at: time.openapi({ type: 'string', description: 'When it was over; open unless given.' }),
  }),
  response: standingSchema,
});

const unmark = takeBackRoute({
  operationId: 'unmarkDeployment',
  path: `${path}/failure`,
  tag,
  summary: 'Take back what somebody said of a deployment',
  description: 'That it failed, or that it did not. The causes that were found count again.',
  params,
  filters,
  response: standingSchema,
});

const link = putRoute({
  operationId: 'linkIncident',
  path: `${path}/incidents/{issue}`,
  tag,
  summary: 'Say that an incident was caused by a deployment, or that it was not',
  description:
    'Instead of what it is linked to now. An issue without a label of incidents is one then. One that was not caused by the deployment is linked to nothing.',
  params: linkParams,
  filters,
  required: false,
  request: z.strictObject({
    linked: z.boolean().optional().openapi({ description: 'False: it was not caused by it. True unless given.' }),
  }),
  response: standingSchema,
});

const unlink = takeBackRoute({
  operationId: 'unlinkIncident',
  path: `${path}/incidents/{issue}`,
  tag,
  summary: 'Take back what somebody said of an incident',
  description: 'It is linked by the rules again; without a label of incidents it is none any more.',
  params: linkParams,
  filters,
  response: standingSchema,
});

export function addDeploymentMarks(api: Api): void {
  api.openapi(mark, async (c) => {
    const { recovered_at: recoveredAt = null, ...word } = c.req.valid('json');
    const name = { ...c.req.valid('param'), ...c.req.valid('query') };
    const standing = await change(c, name, (trx, deployment) =>
      markDeployment(trx, deployment, { ...word, recoveredAt, actor: actorOf(c) }),
    );
    return c.json(standing, 200);
  });
  api.openapi(unmark, async (c) => {
    const name = { ...c.req.valid('param'), ...c.req.valid('query') };
    const standing = await change(c, name, (trx, deployment) => unmarkDeployment(trx, deployment, actorOf(c)));
    return c.json(standing, 200);
  });
  api.openapi(link, async (c) => {
    const { issue: number, ...name } = { ...c.req.valid('param'), ...c.req.valid('query') };
    const say = c.req.valid('json').linked === false ? rejectIncident : linkIncident;
    const standing = await change(c, name, (trx, deployment) => say(trx, deployment, { number, actor: actorOf(c) }));
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
