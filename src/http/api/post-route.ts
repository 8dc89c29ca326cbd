import { createRoute, z } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from './api-env.ts';
import { idempotencyHeaders, onlyOnce } from './idempotency.ts';
import { requireAccess } from './require-access.ts';
import { about, bodyProblems, conflict, type Operation, problems, type Read, unprocessable } from './route.ts';

/** Every POST can be sent again without being done twice. */
function aboutPost(operation: Operation<string, z.ZodObject>) {
  const middleware: MiddlewareHandler<ApiEnv>[] = [requireAccess(operation.operationId), onlyOnce];
  return { ...about(operation), middleware };
}

/** A route that starts something and does not wait for its end. */
export function actionRoute<P extends string, Params extends z.ZodObject, Body extends z.ZodType>(
  action: Read<P, Params, Body>,
) {
  return createRoute({
    ...aboutPost(action),
    method: 'post',
    path: action.path,
    request: { params: action.params, query: z.strictObject({}), headers: idempotencyHeaders },
    responses: { ...accepted(action.response), 409: conflict, 422: unprocessable },
  });
}

interface RequestAction<P extends string, Params extends z.ZodObject, Request extends z.ZodType, Body extends z.ZodType>
  extends Read<P, Params, Body> {
  readonly request: Request;
}

/** The same with a body that says what; without one, everything is meant. */
export function requestRoute<
  P extends string,
  Params extends z.ZodObject,
  Request extends z.ZodType,
  Body extends z.ZodType,
>(action: RequestAction<P, Params, Request, Body>) {
  const body = { required: false, content: { 'application/json': { schema: action.request } } };
  return createRoute({
    ...aboutPost(action),
    method: 'post',
    path: action.path,
    request: { params: action.params, query: z.strictObject({}), headers: idempotencyHeaders, body },
    responses: { ...accepted(action.response), ...bodyProblems, 409: conflict, 422: unprocessable },
  });
}

/** A route that makes something, and answers with it. */
export function creationRoute<
  P extends string,
  Params extends z.ZodObject,
  Request extends z.ZodType,
  Body extends z.ZodType,
>(creation: RequestAction<P, Params, Request, Body>) {
  const body = { required: true, content: { 'application/json': { schema: creation.request } } };
  return createRoute({
    ...aboutPost(creation),
    method: 'post',
    path: creation.path,
    request: { params: creation.params, query: z.strictObject({}), headers: idempotencyHeaders, body },
    responses: {
      201: { description: 'Made.', content: { 'application/json': { schema: creation.response } } },
      ...problems,
      ...bodyProblems,
      409: conflict,
      422: unprocessable,
    },
  });
}

function accepted<Body extends z.ZodType>(response: Body) {
  return { 202: { description: 'Accepted.', content: { 'application/json': { schema: response } } }, ...problems };
}
