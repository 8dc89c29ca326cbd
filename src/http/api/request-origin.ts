import { isIP } from 'node:net';
import type { Context } from 'hono';
import type { ApiEnv } from './api-env.ts';

const LONGEST = 400;

/**
 * Where a request comes from, as the first of our own proxies has seen it: each adds the address of whom it got the
 * request from, and what stands before is anybody's word.
 */
export function findAddress(c: Context<ApiEnv>, trustedProxies: number): string | null {
  const peer = c.env?.incoming?.socket.remoteAddress ?? null;
  if (trustedProxies === 0) return peer;
  const told = (c.req.header('x-forwarded-for') ?? '').split(',').at(-trustedProxies)?.trim() ?? '';
  return isIP(told) === 0 ? peer : told;
}

/** What it says that it comes with. */
export function userAgentOf(c: Context<ApiEnv>): string | null {
  return c.req.header('user-agent')?.slice(0, LONGEST) ?? null;
}
