import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { routePath } from 'hono/route';
import { secureHeaders } from 'hono/secure-headers';
import type { z } from 'zod';
import type { Logger } from '../../logging.ts';
import { createIsOperator } from '../operator.ts';
import { addLogin } from '../login/login.ts';
import { problemOf, problemResponse } from '../problem.ts';
import type { FieldError } from '../problem-details.ts';
import type { Api, ApiDeps, ApiEnv } from './api-env.ts';
import { identifyCaller } from './caller.ts';
import { addDocs } from './docs.ts';
import { requireOwnPage } from './csrf.ts';
import { addOperations } from './operations.ts';
import { limitRate } from './rate-limit.ts';
import { limitBody } from './request-body.ts';
import { findAddress } from './request-origin.ts';
import { selectTenant } from './served-tenant.ts';

/** The HTTP API, with its description at `/openapi.json` and `/docs`. */
export function createApi(deps: ApiDeps): Api {
  const api: Api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) => (result.success ? undefined : invalidRequest(result, c)),
  });
  addMiddleware(api, deps);
  addOperations(api, deps);
  addLogin(api, { db: deps.db, login: deps.login });
  addDocs(api);
  api.notFound((c) => problemResponse(c, { status: 404, detail: `There is nothing at ${c.req.path}. See /docs.` }));
  api.onError((error, c) => {
    const problem = problemOf(error);
    if (problem.status >= 500) {
      const fields = {
        request: c.var.requestId,
        method: c.req.method,
        route: routePath(c, -1),
        status: problem.status,
      };
      deps.log.error({ ...fields, err: error }, 'request failed');
    }
    return problemResponse(c, problem);
  });
  return api;
}

function addMiddleware(api: Api, deps: ApiDeps): void {
  const { db, log, keyring, operatorToken, publicUrl, rateLimits, trustedProxies = 0 } = deps;
  api.use(requestId());
  api.use(async (c, next) => {
    c.set('db', db);
    c.set('address', findAddress(c, trustedProxies));
    c.set('publicUrl', publicUrl);
    c.set('keyring', keyring);
    await next();
  });
  api.use(selectTenant(db, publicUrl));
  api.use(logRequests(log));
  api.use(
    secureHeaders({
      // The page of the documentation has a policy of its own.
      overwrite: false,
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      strictTransportSecurity: publicUrl?.startsWith('https:') ? 'max-age=15552000' : false,
      xFrameOptions: 'DENY',
    }),
  );
  api.use(privateCache);
  const tagged = etag({ weak: true, retainedHeaders: [...RETAINED_304_HEADERS, 'x-request-id', 'link'] });
  // A tag is of the whole answer, which an export is not kept in memory for, and events have no end.
  api.use((c, next) => (/(\.csv|\/archive|\/events)$/.test(c.req.path) ? next() : tagged(c, next)));
  const limit = limitRate(rateLimits);
  const identify = identifyCaller({ db, isOperator: createIsOperator(operatorToken) });
  for (const path of ['/api/*', '/login/*', '/logout']) api.use(path, identify, limit, requireOwnPage, limitBody);
  api.use(methodNotAllowed({ app: api, onMethodNotAllowed: (c, methods) => notAllowed(c, methods) }));
}

const notAllowed = (c: Context<ApiEnv>, methods: readonly string[]) =>
  problemResponse(c, {
    status: 405,
    detail: `${c.req.method} is not possible here; use ${methods.join(' or ')}.`,
    headers: { allow: methods.join(', ') },
  });

/** Who may read an answer depends on the caller; whether it has changed, the ETag tells. */
const privateCache: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  if (c.res.headers.has('cache-control')) return;
  c.res.headers.set('cache-control', 'private, no-cache');
  c.res.headers.append('vary', 'Authorization, Cookie');
};

function logRequests(log: Logger): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const duration_ms = Math.round(performance.now() - started);
    const fields = { request: c.var.requestId, method: c.req.method, route: routePath(c, -1), status: c.res.status };
    log.debug({ ...fields, duration_ms }, 'request answered');
  };
}

function invalidRequest({ error, target }: { error: z.ZodError; target: string }, c: Context<ApiEnv>): Response {
  const part = target === 'param' ? 'path' : target === 'json' ? 'body' : target;
  const errors = error.issues.flatMap((issue): FieldError[] => {
    const pointer = `#/${[part, ...issue.path.map(String)].map(escapePointer).join('/')}`;
    if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
    const detail = 'is not known here; see /docs for what is';
    return issue.keys.map((key) => ({ pointer: `${pointer}/${escapePointer(key)}`, detail }));
  });
  return problemResponse(c, { status: 400, detail: 'The request is not right: see errors.', errors });
}

function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
