import { createRoute, z } from '@hono/zod-openapi';
import { about, bodyProblems, conflict, type FilteredRead, problem, problems, unprocessable } from './route.ts';

interface Put<
  P extends string,
  Params extends z.ZodObject,
  Filters extends z.ZodRawShape,
  Request extends z.ZodType,
  Body extends z.ZodType,
> extends FilteredRead<P, Params, Body, Filters> {
  readonly request: Request;
  /** Whether there must be a body; unless it is false. */
  readonly required?: boolean;
}

/** A route that sets something, and answers with what it is then. */
export function putRoute<
  P extends string,
  Params extends z.ZodObject,
  const Filters extends z.ZodRawShape,
  Request extends z.ZodType,
  Body extends z.ZodType,
>(put: Put<P, Params, Filters, Request, Body>) {
  const body = { required: put.required ?? true, content: { 'application/json': { schema: put.request } } };
  return createRoute({
    ...about(put),
    method: 'put',
    path: put.path,
    request: { params: put.params, query: z.strictObject(put.filters), body },
    responses: { ...changed(put.response), ...bodyProblems },
  });
}

/** Of what is changed only if it is as the caller has seen it. */
export const ifMatchHeaders = z.object({
  'if-match': z.string().optional().openapi({
    description:
      'The `ETag` of what is changed: 412 when somebody else has changed it since. `*`, or none: whatever it is.',
  }),
});

/** A route that changes parts of something, if it is as the caller has seen it, and answers with the whole. */
export function patchRoute<
  P extends string,
  Params extends z.ZodObject,
  const Filters extends z.ZodRawShape,
  Request extends z.ZodType,
  Body extends z.ZodType,
>(patch: Put<P, Params, Filters, Request, Body>) {
  const body = { required: true, content: { 'application/json': { schema: patch.request } } };
  return createRoute({
    ...about(patch),
    method: 'patch',
    path: patch.path,
    request: { params: patch.params, query: z.strictObject(patch.filters), headers: ifMatchHeaders, body },
    responses: { ...changed(patch.response), ...bodyProblems, 412: changedSince },
  });
}

/** A route that changes fields of something, each of which stands for itself: what it was before does not matter. */
export function patchFieldsRoute<
  P extends string,
  Params extends z.ZodObject,
  Request extends z.ZodType,
  Body extends z.ZodType,
>(patch: Omit<Put<P, Params, Record<string, never>, Request, Body>, 'filters'>) {
  const body = { required: true, content: { 'application/json': { schema: patch.request } } };
  return createRoute({
    ...about(patch),
    method: 'patch',
    path: patch.path,
    request: { params: patch.params, query: z.strictObject({}), body },
    responses: { ...changed(patch.response), ...bodyProblems },
  });
}

export const changedSince = problem('Somebody else has changed it.', {
  status: 412,
  title: 'Precondition Failed',
  detail: 'It has changed since you have read it. Read it again.',
});

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

/** A route that removes something, and does not wait for the end of it. */
export function startRemovalRoute<P extends string, Params extends z.ZodObject, Body extends z.ZodType>(
  remove: Omit<FilteredRead<P, Params, Body, Record<string, never>>, 'filters'>,
) {
  return createRoute({
    ...about(remove),
    method: 'delete',
    path: remove.path,
    request: { params: remove.params, query: z.strictObject({}) },
    responses: {
      202: { description: 'Accepted.', content: { 'application/json': { schema: remove.response } } },
      ...problems,
      409: conflict,
    },
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
