import { z } from 'zod';
import { ForbiddenError, IncompleteResponseError, NotFoundError, RateLimitedError } from '../errors.ts';
import type { Answer } from './answer.ts';

const errors = z.object({
  errors: z.array(
    z.object({
      type: z.string().optional(),
      message: z.string().optional(),
      path: z.array(z.union([z.string(), z.number()])).optional(),
    }),
  ),
});

const rateLimited = new Set(['RATE_LIMITED', 'RATE_LIMIT']);

/** The error that the `errors` of a 200 stand for; undefined when it has none. */
export function graphqlFailureOf(name: string, { headers, data }: Answer): Error | undefined {
  const parsed = errors.safeParse(data);
  if (!parsed.success) {
    const some = typeof data === 'object' && data !== null && 'errors' in data && data.errors;
    return some ? new IncompleteResponseError(`${name}: GitHub answered with errors`) : undefined;
  }
  const found = parsed.data.errors;
  if (found.length === 0) return undefined;
  const types = [...new Set(found.map(({ type }) => type ?? 'no type'))];
  if (types.some((type) => rateLimited.has(type))) {
    const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN) * 1_000;
    const retryAt = new Date(reset > Date.now() ? reset : Date.now() + 60_000);
    return new RateLimitedError(`${name}: GitHub's rate limit is reached`, { retryAt });
  }
  // Of something inside, such as a deleted review's author, it says nothing about the thing that was asked for.
  const atTop = found.every(({ path }) => path?.length === 1);
  if (atTop && types.every((type) => type === 'NOT_FOUND')) return new NotFoundError(`${name}: there is no such thing`);
  if (types.every((type) => type === 'FORBIDDEN')) {
    return new ForbiddenError(`${name}: the installation may not read this`);
  }
  return new IncompleteResponseError(`${name}: GitHub answered in part, with errors: ${types.join(', ')}`);
}
