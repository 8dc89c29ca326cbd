import { z } from '@hono/zod-openapi';
import { deploymentSources } from '../../metrics/definition.ts';
import type { DeploymentRow } from './deployment-rows.ts';
import { failureCauseSchema, setAsideSchema } from './failure-schema.ts';
import { iso, timestamp } from './parameters.ts';

export const deploymentOutcomes = z.enum(['success', 'failure', 'unfinished']);
const notMeasured = 'Null: it is not to production, or not finished, or something else counts as a deployment here.';
const numberOf = z
  .int()
  .nullable()
  .openapi({ description: 'Of the pull request; null: a commit that belongs to none.' });

export const deploymentSchema = z
  .object({
    id: z.int().openapi({
      description: 'Of what told of it. Negative: made of the name of a tag, or of the id that was reported.',
    }),
    reported_id: z.string().nullable().openapi({ description: 'What the program calls it that reported it.' }),
    repository: z.string(),
    environment: z.string(),
    production: z.boolean().openapi({
      description: 'The deployment says so, or its environment has a name of production.',
    }),
    sha: z.string(),
    ref: z.string().nullable(),
    source: z.enum(deploymentSources).openapi({ description: 'What told of it.' }),
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
      reported_id: null,
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

export function presentDeployment(row: DeploymentRow): z.infer<typeof deploymentSchema> {
  return {
    id: row.deployment_id,
    reported_id: row.reported_id,
    repository: row.repository,
    environment: row.environment,
    production: row.production,
    sha: row.sha,
    ref: row.ref,
    source: row.source,
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
