import { AppRefusedError, RateLimitedError } from '../errors.ts';

const REFUSED_AGAIN_MS = 60_000;

/**
 * Until when work waits that is no failed attempt: for a limit to reset, or for the operator to set the App's key right.
 * @returns undefined for any other error
 */
export function putOffUntil(error: unknown): Date | undefined {
  if (error instanceof RateLimitedError) return error.retryAt;
  return error instanceof AppRefusedError ? new Date(Date.now() + REFUSED_AGAIN_MS) : undefined;
}
