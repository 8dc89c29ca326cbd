import type { Context } from 'hono';
import type { ApiEnv } from './api-env.ts';

const LONGEST = 400;

/** Where a request comes from; null in a test without a server. */
export function addressOf(c: Context<ApiEnv>): string | null {
  return c.env?.incoming?.socket.remoteAddress ?? null;
}

/** What it says that it comes with. */
export function userAgentOf(c: Context<ApiEnv>): string | null {
  return c.req.header('user-agent')?.slice(0, LONGEST) ?? null;
}
