import { z } from '@hono/zod-openapi';
import { profileNames } from '../../metrics/profiles/profiles.ts';
import type { ProfileResult } from '../../metrics/profiles/query-profile.ts';
import { comparison, excluded, number, presentComparison, qualitySchema, unit } from './metric-value-schema.ts';

export const profileSchema = z
  .object({
    name: z.enum(profileNames),
    tool: z.string(),
    value: number.openapi({ description: 'Null: not known, and `quality` says why.' }),
    unit: unit.nullable(),
    n: z.int(),
    numerator: number,
    denominator: number,
    excluded,
    comparison,
    differences: z
      .array(
        z.object({
          setting: z.string(),
          shiplog: z.string().openapi({ description: 'How it is done here.' }),
          profile: z.string().openapi({ description: 'How the tool does it.' }),
          source: z.url().openapi({ description: "Where the tool's code or documentation says so." }),
        }),
      )
      .openapi({ description: 'Why the two values differ: each setting that is another one.' }),
    limits: z.array(z.string()).openapi({ description: 'What is not computed as the tool does.' }),
    quality: qualitySchema,
  })
  .openapi('MetricProfile', {
    example: {
      name: 'four-keys',
      tool: 'Four Keys',
      value: 0.5,
      unit: 'ratio',
      n: 4,
      numerator: 2,
      denominator: 4,
      excluded: [{ reason: 'no_push', count: 1 }],
      comparison: null,
      differences: [
        {
          setting: 'numerator',
          shiplog: 'Failed deployments; one with several causes counts once.',
          profile: 'Incidents, each as often as a deployment has its commit: the rate may pass 100 %.',
          source: 'https://github.com/dora-team/fourkeys/blob/main/METRICS.md',
        },
      ],
      limits: [],
      quality: [],
    },
  });

export function presentProfile(result: ProfileResult): z.infer<typeof profileSchema> {
  return {
    ...result,
    excluded: [...result.excluded],
    comparison: presentComparison(result.comparison),
    differences: [...result.differences],
    limits: [...result.limits],
    quality: [...result.quality],
  };
}
