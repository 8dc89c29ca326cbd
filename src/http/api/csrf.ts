import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { ForbiddenError } from '../../errors.ts';
import type { ApiEnv } from './api-env.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Of one session: whoever can read `GET /me` knows it, and another site can not. */
export function csrfTokenOf(sessionSecret: string): string {
  return createHmac('sha256', sessionSecret).update('csrf').digest('base64url');
}

/** A cookie comes along with whatever a browser sends: what writes with it must come from our own pages. */
export const requireOwnPage: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const { caller } = c.var;
  if (caller?.kind !== 'person' || READS.has(c.req.method)) return next();
  if (!isOwnOrigin(c)) throw new ForbiddenError('A write with a session must come from the pages of this Shiplog.');
  const given = Buffer.from(c.req.header('x-csrf-token') ?? '');
  const expected = Buffer.from(csrfTokenOf(caller.session.secret));
  if (given.length === expected.length && timingSafeEqual(given, expected)) return next();
  throw new ForbiddenError('A write with a session needs the header X-CSRF-Token: `csrf_token` of GET /api/v1/me.');
};

/** Browsers send `Origin` with every write; without one, it is not a browser that another site could mislead. */
function isOwnOrigin(c: Context<ApiEnv>): boolean {
  const origin = c.req.header('origin');
  return origin === undefined || origin === new URL(c.var.publicUrl ?? c.req.url).origin;
}
