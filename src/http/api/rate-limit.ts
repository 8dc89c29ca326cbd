import type { Context, MiddlewareHandler } from 'hono';
import { rateLimiter } from 'hono-rate-limiter';
import { problemResponse } from '../problem.ts';
import type { ApiEnv } from './api-env.ts';

/** Requests in a minute, of one process. */
export interface RateLimits {
  /** Of a token, or of a person. */
  readonly caller: number;
  /** Of an address that nobody is known by: enough to log in, too little to try out tokens. */
  readonly stranger: number;
}

const DEFAULTS: RateLimits = { caller: 1_200, stranger: 60 };

/** Answers 429 to who asks too often, and says in each answer what is left. The operator is not limited. */
export function limitRate({ caller, stranger }: RateLimits = DEFAULTS): MiddlewareHandler<ApiEnv> {
  return rateLimiter<ApiEnv>({
    windowMs: 60_000,
    limit: (c) => (c.var.caller ? caller : stranger),
    standardHeaders: 'draft-6',
    skip: (c) => c.var.caller?.kind === 'operator',
    keyGenerator: keyOf,
    handler: (c) => {
      const detail = `These were too many requests for a minute. Wait for ${c.res.headers.get('retry-after') ?? '60'} seconds.`;
      return problemResponse(c, { status: 429, detail });
    },
  });
}

function keyOf(c: Context<ApiEnv>): string {
  const { caller } = c.var;
  if (caller?.kind === 'token') return `token ${caller.token.tenantId} ${caller.token.tokenId}`;
  return caller?.kind === 'person' ? `person ${caller.session.userId}` : `address ${c.var.address}`;
}
