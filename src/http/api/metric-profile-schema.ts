import { z } from '@hono/zod-openapi';
import { profileNames } from '../../metrics/profiles/profiles.ts';
import type { ProfileExplanation } from '../../metrics/profiles/explain-profile.ts';
import type { ProfileResult } from '../../metrics/profiles/query-profile.ts';
import { comparison, excluded, number, presentComparison, qualitySchema, unit } from './metric-value-schema.ts';

const fields = {
  name: z.enum(profileNames),
  tool: z.string(),
  value: number.openapi({ description: 'Null: not known, and `quality` says why.' }),
  unit: unit.nullable(),
  n: z.int(),
  numerator: number,
  denominator: number,
  open: z.int().openapi({ description: 'Of `recovery-time`: how many have not recovered.' }),
  excluded,
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
};

const example = {
  name: 'four-keys',
  tool: 'Four Keys',
  value: 0.5,
  unit: 'ratio',
  n: 4,
  numerator: 2,
  denominator: 4,
  open: 0,
  excluded: [{ reason: 'no_push', count: 1 }],
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
} as const;

export const profileSchema = z
  .object({ ...fields, comparison })
  .openapi('MetricProfile', { example: { ...example, comparison: null } });

export const explainedProfileSchema = z
  .object({
    ...fields,
    meaning: z.string().nullable().openapi({ description: 'Null: the tool has no such metric.' }),
    formula: z.string().openapi({ description: 'How the value comes from the rows, with the numbers.' }),
  })
  .openapi('ExplainedProfile', {
    example: {
      ...example,
      meaning: 'Failed production deployments, divided by production deployments.',
      formula: '2 ÷ 4 = 0.5',
    },
  });

export function presentProfile({ comparison: compared, ...result }: ProfileResult): z.infer<typeof profileSchema> {
  return { ...presentFields(result), comparison: presentComparison(compared) };
}

/** An explanation is of the window alone. */
export function presentExplainedProfile(explained: ProfileExplanation): z.infer<typeof explainedProfileSchema> {
  const { comparison: _, meaning, formula, ...result } = explained;
  return { ...presentFields(result), meaning, formula };
}

function presentFields(result: Omit<ProfileResult, 'comparison'>) {
  const { excluded: left, differences, limits, quality } = result;
  return {
    ...result,
    excluded: [...left],
    differences: [...differences],
    limits: [...limits],
    quality: [...quality],
  };
}
