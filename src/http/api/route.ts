import { createRoute, z } from '@hono/zod-openapi';
import { describeRequirement, type OperationId, securityOf } from './access.ts';
import { limitParameter } from './page.ts';
import { JSON_NEEDED } from '../problem.ts';
import { exampleRequestId, problemSchema } from './problem-schema.ts';
import { BODY_TOO_LARGE } from './request-body.ts';
import { requireAccess } from './require-access.ts';

export function problem<D extends string>(description: D, example: { status: number; title: string; detail: string }) {
  const details = { type: 'about:blank', ...example, instance: '/api/v1/orgs/acme', request_id: exampleRequestId };
  return { description, content: { 'application/problem+json': { schema: problemSchema, example: details } } };
}

export const problems = {
  400: {
    description: 'A parameter is not right; `errors` names it.',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
  401: problem('Nobody is logged in, and no token was sent that holds.', {
    status: 401,
    title: 'Unauthorized',
    detail: 'The token is not right: it is unknown, revoked or expired.',
  }),
  403: problem('The role, or the scopes of the token, do not allow it.', {
    status: 403,
    title: 'Forbidden',
    detail: 'This needs the role manager in acme; yours is viewer.',
  }),
  404: problem('There is no such thing.', {
    status: 404,
    title: 'Not Found',
    detail: 'There is no organization "acme" here, or you may not see it.',
  }),
  429: problem('Too many requests; `Retry-After` says for how long to wait.', {
    status: 429,
    title: 'Too Many Requests',
    detail: 'These were too many requests for a minute. Wait for 24 seconds.',
  }),
  500: problem('Shiplog failed; its log has the cause.', {
    status: 500,
    title: 'Internal Server Error',
    detail: 'Shiplog failed to answer; its log has the cause under this request_id.',
  }),
  503: problem('The database does not answer at the moment.', {
    status: 503,
    title: 'Service Unavailable',
    detail: 'The database does not answer at the moment. Try again.',
  }),
} as const;

export interface Operation<P extends string, Params extends z.ZodObject> {
  readonly operationId: OperationId;
  readonly path: P;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params: Params;
}

export interface Read<P extends string, Params extends z.ZodObject, Body extends z.ZodType>
  extends Operation<P, Params> {
  readonly response: Body;
}

export interface FilteredRead<
  P extends string,
  Params extends z.ZodObject,
  Body extends z.ZodType,
  Filters extends z.ZodRawShape,
> extends Read<P, Params, Body> {
  readonly filters: Filters;
}

export const notModified = { description: 'Not changed since the `ETag` given in `If-None-Match`.', content: {} };

/** A route that reads one object. */
export function readRoute<P extends string, Params extends z.ZodObject, Body extends z.ZodType>(
  read: Read<P, Params, Body>,
) {
  return filteredRoute({ ...read, filters: {} });
}

/** A route that reads one object, which depends on filters. */
export function filteredRoute<
  P extends string,
  Params extends z.ZodObject,
  Body extends z.ZodType,
  const Filters extends z.ZodRawShape,
>(read: FilteredRead<P, Params, Body, Filters>) {
  return createRoute({
    ...about(read),
    method: 'get',
    path: read.path,
    request: { params: read.params, query: z.strictObject(read.filters) },
    responses: {
      200: { description: 'The object.', content: { 'application/json': { schema: read.response } } },
      304: notModified,
      ...problems,
      422: unprocessable,
    },
  });
}

interface List<
  P extends string,
  Params extends z.ZodObject,
  Filters extends z.ZodRawShape,
  Cursor extends z.ZodType,
  Item extends z.ZodType,
> extends Operation<P, Params> {
  readonly filters: Filters;
  readonly cursor: { readonly parameter: Cursor };
  readonly item: Item;
}

/** A route that reads a list by pages. */
export function listRoute<
  P extends string,
  Params extends z.ZodObject,
  const Filters extends z.ZodRawShape,
  Cursor extends z.ZodType,
  Item extends z.ZodType,
>(list: List<P, Params, Filters, Cursor, Item>) {
  const page = z.object({
    data: z.array(list.item),
    next_cursor: z.string().nullable().openapi({ description: 'For the next page; null on the last one.' }),
  });
  return createRoute({
    ...about(list),
    method: 'get',
    path: list.path,
    request: {
      params: list.params,
      query: z.strictObject({ limit: limitParameter, cursor: list.cursor.parameter, ...list.filters }),
    },
    responses: {
      200: {
        description: 'A page.',
        headers: z.object({
          Link: z.string().optional().openapi({ description: 'The next page, as `<…>; rel="next"`.' }),
        }),
        content: { 'application/json': { schema: page } },
      },
      304: notModified,
      ...problems,
      422: unprocessable,
    },
  });
}

interface Export<P extends string, Params extends z.ZodObject, Filters extends z.ZodRawShape>
  extends Operation<P, Params> {
  readonly filters: Filters;
}

/** A route that streams a file of comma-separated values. */
export function exportRoute<P extends string, Params extends z.ZodObject, const Filters extends z.ZodRawShape>(
  file: Export<P, Params, Filters>,
) {
  return createRoute({
    ...about(file),
    method: 'get',
    path: file.path,
    request: { params: file.params, query: z.strictObject(file.filters) },
    responses: {
      200: { description: 'The file.', content: { 'text/csv': { schema: z.string() } } },
      ...problems,
      422: unprocessable,
    },
  });
}

/** Of operations that take JSON. */
export const bodyProblems = {
  413: problem('The body is too large.', { status: 413, title: 'Payload Too Large', detail: BODY_TOO_LARGE }),
  415: problem('The body is no JSON.', { status: 415, title: 'Unsupported Media Type', detail: JSON_NEEDED }),
};

export const conflict = problem('Not possible in the state in which it is.', {
  status: 409,
  title: 'Conflict',
  detail: 'The GitHub App is suspended in acme, or not installed.',
});

export const unprocessable = problem('It can be read, and can not be so.', {
  status: 422,
  title: 'Unprocessable Entity',
  detail: '`recovered_at` is before the deployment finished.',
});

/** A route that ends or removes something, and answers with what it was. */
export function removeRoute<P extends string, Params extends z.ZodObject, Body extends z.ZodType>(
  remove: Read<P, Params, Body>,
) {
  return createRoute({
    ...about(remove),
    method: 'delete',
    path: remove.path,
    request: { params: remove.params, query: z.strictObject({}) },
    responses: {
      200: { description: 'Done.', content: { 'application/json': { schema: remove.response } } },
      ...problems,
    },
  });
}

export function about({ operationId, tag, summary, description }: Operation<string, z.ZodObject>) {
  return {
    operationId,
    tags: [tag],
    summary,
    description: [description, describeRequirement(operationId)].filter((text) => text !== undefined).join('\n\n'),
    security: securityOf(operationId),
    middleware: requireAccess(operationId),
  };
}
