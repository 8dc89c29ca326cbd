import { z } from '@hono/zod-openapi';
import type { Summary } from '../../metrics/query/aggregate.ts';
import type { Window } from '../../metrics/query/window.ts';
import { iso, timestamp } from './parameters.ts';

export const number = z.number().nullable();
export const unit = z.enum(['per_day', 'days_per_week', 'seconds', 'ratio', 'lines', 'count', 'per_pull_request']);

export const qualitySchema = z
  .array(
    z.object({
      code: z.string(),
      message: z.string().openapi({ description: 'What is missing.' }),
      action: z.string().openapi({ description: 'What to do about it.' }),
    }),
  )
  .openapi({ description: 'What is known to be incomplete, and why a value is null.' });

export const windowSchema = z.object({ from: timestamp, to: timestamp }).openapi({ description: '[from, to).' });
export const excluded = z.array(z.object({ reason: z.string(), count: z.int() })).openapi({
  description: 'Rows of the window that do not count, by reason.',
});

export const comparison = z
  .object({
    window: windowSchema,
    value: number.openapi({ description: 'Null: not known, and `quality` says so.' }),
    n: z.int(),
    numerator: number,
    denominator: number,
  })
  .nullable();

export function presentComparison(compared: (Window & Summary) | null): z.infer<typeof comparison> {
  if (!compared) return null;
  const { value, n, numerator, denominator } = compared;
  return { window: presentWindow(compared), value, n, numerator, denominator };
}

export function presentWindow({ from, to }: { from: Date; to: Date }): z.infer<typeof windowSchema> {
  return { from: iso(from), to: iso(to) };
}
