import type { Context } from 'hono';
import type { Actor } from '../../tenancy/audit-log.ts';
import type { ApiEnv } from './api-env.ts';

const LONGEST = 400;

/** Who asks; so far whoever calls the API is the operator. */
export function actorOf(c: Context<ApiEnv>): Actor {
  return {
    name: 'operator',
    address: c.env?.incoming?.socket.remoteAddress ?? null,
    userAgent: c.req.header('user-agent')?.slice(0, LONGEST) ?? null,
  };
}
