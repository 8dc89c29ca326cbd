import { z } from '@hono/zod-openapi';
import { NotFoundError } from '../../errors.ts';
import type { Api } from './api-env.ts';
import { defineCursor } from './cursor.ts';
import { type DeploymentRow, deploymentKeys, findDeployment, listDeployments } from './deployment-rows.ts';
import { failureCauseSchema, setAsideSchema } from './failure-schema.ts';
import { inOrg } from './org-scope.ts';
import { pageOf } from './page.ts';
import {
  booleanFilter,
  idParameter,
  iso,
  orgParams,
  repositoryFilter,
  textFilter,
  timeFilters,
  timestamp,
} from './parameters.ts';
import { listRoute, readRoute } from './route.ts';

const deploymentOutcomes = z.enum(['success', 'failure', 'unfinished']);
const notMeasured = 'Null: it is not to production, or not finished, or something else counts as a deployment here.';
const numberOf = z
  .int()
  .nullable()
  .openapi({ description: 'Of the pull request; null: a commit that belongs to none.' });

const deploymentSchema = z
  .object({
    id: z.int(),
    repository: z.string(),
    environment: z.string(),
    production: z.boolean().openapi({
      description: 'The deployment says so, or its environment has a name of production.',
    }),
    sha: z.string(),
    ref: z.string().nullable(),
    source: z.enum(['github_deployment']).openapi({ description: 'What told of it.' }),
    outcome: deploymentOutcomes.openapi({
      description: '`success` with the first success; else `failure` with the first failure or error.',
    }),
    created_at: timestamp,
    finished_at: timestamp.nullable().openapi({ description: 'When the outcome was reached; null: unfinished.' }),
    head_sha: z
      .string()
      .nullable()
      .openapi({
        description: `What it counts as: its \`sha\`, or the commit of the default branch that \`matched_by\` found. ${notMeasured}`,
      }),
    matched_by: z.enum(['head_of_pull_request', 'number_in_headline', 'patch_id']).nullable().openapi({
      description: 'How the commit was found that it counts as, where no branch and no tag has its own. Null: its own.',
    }),
    changes: z
      .array(z.object({ number: numberOf, sha: z.string(), rule: z.string(), started_at: timestamp.nullable() }))
      .nullable()
      .openapi({ description: `What it ships, and by which rule. ${notMeasured}` }),
    failure_causes: z.array(failureCauseSchema).nullable().openapi({ description: notMeasured }),
    set_aside: setAsideSchema.nullable(),
    rework: z
      .array(z.object({ kind: z.string(), by: z.string() }))
      .nullable()
      .openapi({ description: notMeasured }),
    excluded: z
      .array(z.object({ reason: z.string(), number: numberOf, sha: z.string().nullable() }))
      .nullable()
      .openapi({ description: `What of it is left out of lead time, and why. ${notMeasured}` }),
  })
  .openapi('Deployment', {
    example: {
      id: 42,
      repository: 'acme/shop',
      environment: 'production',
      production: true,
      sha: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
      ref: 'main',
      source: 'github_deployment',
      outcome: 'success',
      created_at: '2026-03-02T08:20:00.000Z',
      finished_at: '2026-03-02T08:24:00.000Z',
      head_sha: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
      matched_by: null,
      changes: [
        {
          number: 1347,
          sha: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
          rule: 'merge_commit',
          started_at: '2026-03-01T09:02:11.000Z',
        },
      ],
      failure_causes: [{ kind: 'incident', by: '#12', rule: 'names_deployment', recovered_at: null }],
      set_aside: null,
      rework: [],
      excluded: [],
    },
  });

const cursor = defineCursor('listDeployments', deploymentKeys);

const list = listRoute({
  operationId: 'listDeployments',
  path: '/api/v1/orgs/{org}/deployments',
  tag: 'Releases and deployments',
  summary: 'List deployments',
  description: 'By `created_at`, the latest first.',
  params: orgParams,
  filters: {
    repository: repositoryFilter,
    environment: textFilter.openapi({ description: 'Only to this environment.' }),
    production: booleanFilter.openapi({ description: 'Only to production, or only to others.' }),
    sha: textFilter.openapi({ description: 'Only of this commit.' }),
    ref: textFilter.openapi({ description: 'Only of this branch, tag or sha, as it was deployed.' }),
    outcome: deploymentOutcomes.optional().openapi({ description: 'Only with this outcome.' }),
    ...timeFilters('created_at'),
  },
  cursor,
  item: deploymentSchema,
});

const get = readRoute({
  operationId: 'getDeployment',
  path: '/api/v1/orgs/{org}/deployments/{id}',
  tag: 'Releases and deployments',
  summary: 'Get a deployment',
  params: orgParams.extend({
    id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 42 }),
  }),
  response: deploymentSchema,
});

export function addDeployments(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listDeployments(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
  api.openapi(get, async (c) => {
    const { org: name, id } = c.req.valid('param');
    const row = await inOrg(c, (trx, org) => findDeployment(trx, org, id));
    if (!row) throw new NotFoundError(`There is no deployment ${id} in ${name}.`);
    return c.json(present(row), 200);
  });
}

function present(row: DeploymentRow): z.infer<typeof deploymentSchema> {
  return {
    id: row.deployment_id,
    repository: row.repository,
    environment: row.environment,
    production: row.production,
    sha: row.sha,
    ref: row.ref,
    source: 'github_deployment',
    outcome: row.outcome,
    created_at: iso(row.created_at),
    finished_at: iso(row.finished_at),
    head_sha: row.details?.head_sha ?? null,
    matched_by: row.details?.matched_by ?? null,
    changes: row.details?.changes ?? null,
    failure_causes: row.details?.failure_causes ?? null,
    set_aside: row.details?.set_aside ?? null,
    rework: row.details?.rework ?? null,
    excluded: row.details?.excluded ?? null,
  };
}
