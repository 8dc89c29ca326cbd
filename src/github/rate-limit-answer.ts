import { z } from 'zod';
import type { Budget } from './budget.ts';

const window = z.object({ limit: z.int(), remaining: z.int(), reset: z.int() });

/** The answer of `GET /rate_limit`. */
export const rateLimitAnswer = z
  .object({ resources: z.object({ core: window, graphql: window.optional() }) })
  .transform(({ resources: { core, graphql } }): Budget[] =>
    Object.entries({ core, graphql }).flatMap(([resource, known]) =>
      known
        ? [
            {
              resource: resource === 'core' ? 'core' : 'graphql',
              limit: known.limit,
              remaining: known.remaining,
              resetAt: new Date(known.reset * 1_000),
            },
          ]
        : [],
    ),
  );
