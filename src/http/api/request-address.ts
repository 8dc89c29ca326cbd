import type { Context } from 'hono';
import type { ApiEnv } from './api-env.ts';

/** Where a request comes from; null in a test without a server. */
export function addressOf(c: Context<ApiEnv>): string | null {
  return c.env?.incoming?.socket.remoteAddress ?? null;
}
