import { z } from 'zod';
import {
  ConflictError,
  ForbiddenError,
  GitHubUnavailableError,
  NotFoundError,
  RateLimitedError,
  SuspendedError,
  UnexpectedResponseError,
} from '../errors.ts';
import type { Answer } from './answer.ts';

const body = z.object({ message: z.string() });

// GitHub's advice for a secondary limit that names no time.
const SECONDARY_S = 60;

/** The error that a REST answer of 400 and above stands for. Here alone it is decided what a status means. */
export function failureOf(name: string, answer: Answer): Error {
  const { status } = answer;
  const message = body.safeParse(answer.data).data?.message ?? '';
  const limited = rateLimitOf(name, answer);
  if (limited) return limited;
  if (status >= 500) return new GitHubUnavailableError(`${name}: GitHub answered ${status}`);
  if (status === 403 && /installation has been suspended/i.test(message)) {
    return new SuspendedError(`${name}: the installation is suspended`);
  }
  if (status === 401) return new SuspendedError(`${name}: GitHub does not accept the token`);
  if (status === 403) return new ForbiddenError(`${name}: the installation may not do this`);
  // 410: such as the issues of a repository that has none. 451: taken down.
  if (status === 404 || status === 410 || status === 451) return new NotFoundError(`${name}: there is no such thing`);
  if (status === 409) return new ConflictError(`${name}: not possible in this state`);
  return new UnexpectedResponseError(`${name}: GitHub answered ${status}`);
}

/** The limit that an answer says was met: the hour's, or one of the secondary limits. */
function rateLimitOf(name: string, { status, headers, data }: Answer): RateLimitedError | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const primary = headers['x-ratelimit-remaining'] === '0' ? resetOf(headers) : undefined;
  const message = body.safeParse(data).data?.message ?? '';
  const secondary =
    headers['retry-after'] !== undefined || status === 429 || /secondary rate limit|abuse detection/i.test(message);
  if (!primary && !secondary) return undefined;
  const wait = Number(headers['retry-after'] ?? Number.NaN);
  const after = new Date(Date.now() + (Number.isFinite(wait) ? wait : SECONDARY_S) * 1_000);
  const retryAt = primary && (!secondary || primary > after) ? primary : after;
  return new RateLimitedError(`${name}: GitHub's rate limit is reached`, { retryAt });
}

function resetOf(headers: Answer['headers']): Date | undefined {
  const seconds = Number(headers['x-ratelimit-reset'] ?? Number.NaN);
  return Number.isFinite(seconds) ? new Date(seconds * 1_000) : undefined;
}
