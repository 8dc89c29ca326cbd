import { z } from '@hono/zod-openapi';
import { timestamp } from './parameters.ts';

export const failureCauseSchema = z.object({
  kind: z.string(),
  by: z.string(),
  rule: z.string(),
  recovered_at: timestamp.nullable(),
});

export const setAsideSchema = z
  .object({
    by: z.string(),
    at: timestamp,
    reason: z.string().nullable(),
    failure_causes: z.array(failureCauseSchema),
  })
  .openapi({ description: 'Who said, when and why, that it did not fail, and what would say so. Null: nobody.' });
