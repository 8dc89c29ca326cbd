import { ForbiddenError, NotFoundError, RateLimitedError, UnexpectedResponseError } from '../errors.ts';

const AGAIN_MS = 5 * 60_000;

/** When to ask GitHub again after a failure; infinity: never, it has answered. */
export function askAgainAt(error: unknown, now: number): number {
  if (error instanceof RateLimitedError) return error.retryAt.getTime();
  const isFinal =
    error instanceof NotFoundError || error instanceof ForbiddenError || error instanceof UnexpectedResponseError;
  return isFinal ? Number.POSITIVE_INFINITY : now + AGAIN_MS;
}
