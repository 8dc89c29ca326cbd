import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Database } from '../../../db/connection.ts';
import { useToken, type ValidToken } from '../../tenancy/api-tokens.ts';
import { type Session, useSession } from '../../tenancy/sessions.ts';
import { bearerToken, type IsOperator } from '../operator.ts';
import { SESSION_COOKIE } from '../login/session-cookie.ts';
import type { ApiEnv } from './api-env.ts';
import { userAgentOf } from './request-origin.ts';

/** Who calls. */
export type Caller =
  | { readonly kind: 'operator' }
  | { readonly kind: 'token'; readonly token: ValidToken }
  | { readonly kind: 'person'; readonly session: Session };

interface CallerDeps {
  readonly db: Database;
  readonly isOperator: IsOperator;
}

/** The one place where a request gets its caller. A token goes before a cookie; one that does not hold makes a stranger. */
export function identifyCaller(deps: CallerDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set('caller', await findCaller(c, deps));
    await next();
  };
}

async function findCaller(c: Context<ApiEnv>, { db, isOperator }: CallerDeps): Promise<Caller | undefined> {
  const authorization = c.req.header('authorization');
  if (authorization !== undefined) {
    const secret = bearerToken(authorization);
    if (secret === undefined) return undefined;
    if (isOperator(secret)) return { kind: 'operator' };
    const token = await useToken(db, { secret, address: c.var.address, userAgent: userAgentOf(c) });
    return token && { kind: 'token', token };
  }
  const cookie = getCookie(c, SESSION_COOKIE);
  const session = cookie === undefined ? undefined : await useSession(db, cookie);
  return session && { kind: 'person', session };
}

/** Of an operation, which no stranger reaches. */
export function callerOf(c: Context<ApiEnv>): Caller {
  const { caller } = c.var;
  if (!caller) throw new Error('an operation is only reached by those who are known');
  return caller;
}

/** Whether the token or the session still holds that a request came with a while ago. */
export async function isStillKnown(c: Context<ApiEnv>): Promise<boolean> {
  const caller = callerOf(c);
  const { db } = c.var;
  if (caller.kind === 'operator') return true;
  if (caller.kind === 'person') return (await useSession(db, caller.session.secret)) !== undefined;
  const secret = bearerToken(c.req.header('authorization'));
  const use = { address: c.var.address, userAgent: userAgentOf(c) };
  return secret !== undefined && (await useToken(db, { secret, ...use })) !== undefined;
}
