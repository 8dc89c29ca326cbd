import { createRoute, z } from '@hono/zod-openapi';
import { about, conflict, type FilteredRead, problem, problems } from './route.ts';

interface Put<
  P extends string,
  Params extends z.ZodObject,
  Filters extends z.ZodRawShape,
  Request extends z.ZodType,
  Body extends z.ZodType,
> extends FilteredRead<P, Params, Body, Filters> {
  readonly request: Request;
}

/** A route that sets something, and answers with what it is then. */
export function putRoute<
  P extends string,
  Params extends z.ZodObject,
  const Filters extends z.ZodRawShape,
  Request extends z.ZodType,
  Body extends z.ZodType,
>(put: Put<P, Params, Filters, Request, Body>) {
  const body = { required: true, content: { 'application/json': { schema: put.request } } };
  return createRoute({
    ...about(put),
    method: 'put',
    path: put.path,
    request: { params: put.params, query: z.strictObject(put.filters), body },
    responses: changed(put.response),
  });
}

/** The same with nothing to say but that it be so. */
export function putLinkRoute<
  P extends string,
  Params extends z.ZodObject,
  const Filters extends z.ZodRawShape,
  Body extends z.ZodType,
>(put: FilteredRead<P, Params, Body, Filters>) {
  return createRoute({
    ...about(put),
    method: 'put',
    path: put.path,
    request: { params: put.params, query: z.strictObject(put.filters) },
    responses: changed(put.response),
  });
}

/** A route that takes something back, and answers with what is left. */
export function takeBackRoute<
  P extends string,
  Params extends z.ZodObject,
  const Filters extends z.ZodRawShape,
  Body extends z.ZodType,
>(remove: FilteredRead<P, Params, Body, Filters>) {
  return createRoute({
    ...about(remove),
    method: 'delete',
    path: remove.path,
    request: { params: remove.params, query: z.strictObject(remove.filters) },
    responses: changed(remove.response),
  });
}

function changed<Body extends z.ZodType>(response: Body) {
  return {
    200: { description: 'Done.', content: { 'application/json': { schema: response } } },
    ...problems,
    409: conflict,
    422: unprocessable,
  };
}

const unprocessable = problem('It can be read, and can not be so.', {
  status: 422,
  title: 'Unprocessable Entity',
  detail: '`recovered_at` is before the deployment finished.',
});
