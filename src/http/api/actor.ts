import type { Context } from 'hono';
import type { Actor } from '../../tenancy/audit-log.ts';
import type { ApiEnv } from './api-env.ts';
import { type Caller, callerOf } from './caller.ts';
import { userAgentOf } from './request-origin.ts';

/** Who asks, as the audit log names them. */
export function actorOf(c: Context<ApiEnv>): Actor {
  return {
    name: nameOf(callerOf(c)),
    address: c.var.address,
    userAgent: userAgentOf(c),
  };
}

function nameOf(caller: Caller): string {
  if (caller.kind === 'operator') return 'operator';
  return caller.kind === 'token' ? `token ${caller.token.name}` : caller.session.login;
}
