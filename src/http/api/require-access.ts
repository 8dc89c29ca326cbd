import type { Context, MiddlewareHandler } from 'hono';
import { ForbiddenError } from '../../errors.ts';
import { isAtLeast } from '../../tenancy/roles.ts';
import { problemResponse } from '../problem.ts';
import { type OperationId, type Requirement, requirements } from './access.ts';
import type { ApiEnv } from './api-env.ts';
import type { Caller } from './caller.ts';
import { orgParams } from './parameters.ts';
import { getStanding, type Standing } from './standing.ts';

/**
 * Lets a request to an operation pass when its caller may do it: a stranger gets 401; who is nothing in the organization
 * 404, as if it were not there; who is too little in it 403.
 */
export function requireAccess(operationId: OperationId): MiddlewareHandler<ApiEnv> {
  const requirement: Requirement = requirements[operationId];
  return async (c, next) => {
    const { caller } = c.var;
    if (requirement.role === 'anybody') return next();
    if (!caller) return strangerResponse(c);
    const name = c.req.param('org');
    if (name !== undefined) {
      const parsed = orgParams.shape.org.safeParse(name);
      // The route's own check answers what is no name; without a standing, no handler gets at an organization.
      if (!parsed.success) return next();
      const standing = await getStanding(c.var.db, { caller, name: parsed.data, servedTenantId: c.var.servedTenantId });
      checkStanding(standing, requirement);
      c.set('standing', standing);
    }
    checkCaller(caller, requirement);
    return next();
  };
}

function checkStanding({ org, role, flags }: Standing, { role: least, flag }: Requirement): void {
  if (least !== 'operator' && least !== 'anybody' && !isAtLeast(role, least)) {
    throw new ForbiddenError(`This needs the role ${least} in ${org.login}; yours is ${role}.`);
  }
  if (flag !== undefined && !flags[flag]) {
    throw new ForbiddenError(`This needs ${flag} in ${org.login}, which you do not have.`);
  }
}

function checkCaller(caller: Caller, { role, scope }: Requirement): void {
  if (role === 'operator' && caller.kind !== 'operator') {
    throw new ForbiddenError('Only the operator of this instance may do this.');
  }
  if (caller.kind !== 'token' || caller.token.scopes.includes(scope)) return;
  throw new ForbiddenError(
    `This needs a token with the scope ${scope}; this one has ${caller.token.scopes.join(', ')}.`,
  );
}

const CHALLENGE = 'Bearer realm="shiplog"';

function strangerResponse(c: Context<ApiEnv>): Response {
  const isRefused = c.req.header('authorization') !== undefined;
  const detail = isRefused
    ? 'The token is not right: it is unknown, revoked or expired.'
    : 'Log in, or send a token as "Authorization: Bearer …": an API token (shp_…), or the operator token (SHIPLOG_OPERATOR_TOKEN).';
  const headers = { 'www-authenticate': isRefused ? `${CHALLENGE}, error="invalid_token"` : CHALLENGE };
  return problemResponse(c, { status: 401, detail, headers });
}
