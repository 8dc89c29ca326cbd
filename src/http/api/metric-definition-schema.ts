import { z } from '@hono/zod-openapi';
import { defaultDefinition, definitionSettings } from '../../metrics/definition.ts';
import { metricNames } from '../../metrics/query/metrics.ts';
import { timestamp } from './parameters.ts';

const settings = definitionSettings;

/** What is given is set, and null takes it back. */
export const definitionPatchSchema = z
  .strictObject({
    deployment_source: settings.deployment_source.nullable().optional(),
    production_environments: settings.production_environments.nullable().optional(),
    attribution_window_hours: settings.attribution_window_hours.nullable().optional(),
    leave_out_bots: settings.leave_out_bots.nullable().optional(),
    bots: settings.bots.nullable().optional(),
    incident_labels: settings.incident_labels.nullable().optional(),
    hotfix_labels: settings.hotfix_labels.nullable().optional(),
    hotfix_branches: settings.hotfix_branches.nullable().optional(),
    time_zone: settings.time_zone.nullable().optional(),
  })
  .openapi('MetricDefinitionPatch', { example: { attribution_window_hours: 24, hotfix_labels: null } });

const side = z.object({
  value: z.number().nullable(),
  n: z.int(),
  numerator: z.number().nullable(),
  denominator: z.number().nullable(),
});

const previewSchema = z.object({
  window: z.object({ from: timestamp, to: timestamp }),
  metrics: z.array(z.object({ metric: z.enum(metricNames), unit: z.string(), today: side, changed: side })),
});

export const metricDefinitionSchema = z
  .object({
    repository: z.string().nullable().openapi({ description: 'Null: of the organization.' }),
    definition_version: z.string(),
    saved_at: timestamp.nullable().openapi({ description: 'Null: nothing was ever set here.' }),
    definition: z.strictObject(settings).openapi({ description: 'What counts here.' }),
    changes: z.strictObject(settings).partial().openapi({
      description: "What is set here; the rest is the organization's, or the documentation's.",
    }),
    preview: previewSchema.nullable().openapi({
      description: 'The last 90 days under this definition beside today; null where none was asked for.',
    }),
  })
  .openapi('MetricDefinition', {
    example: {
      repository: null,
      definition_version: '2026.1+3',
      saved_at: '2026-03-01T12:30:00.000Z',
      definition: { ...defaultDefinition, attribution_window_hours: 24 },
      changes: { attribution_window_hours: 24 },
      preview: null,
    },
  });
