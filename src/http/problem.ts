import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { StatusCode } from 'hono/utils/http-status';
import {
  ConflictError,
  ForbiddenError,
  InvalidPayloadError,
  NotFoundError,
  PlanLimitError,
  PreconditionFailedError,
  UnsupportedMediaTypeError,
} from '../errors.ts';
import { type Problem, problemDetails } from './problem-details.ts';

export const JSON_NEEDED = 'Send the body as JSON, with "Content-Type: application/json".';

export function problemResponse(c: Context, problem: Problem): Response {
  const details = problemDetails(problem, { path: c.req.path, id: c.get('requestId') });
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...problem.headers };
  // Through the context, which adds the headers that are set for every answer.
  return c.newResponse(JSON.stringify(details), { status: problem.status as StatusCode, headers });
}

/** The one place in which errors become a status; what it does not know is 500, and says nothing of its cause. */
export function problemOf(error: unknown): Problem {
  if (error instanceof NotFoundError) return { status: 404, detail: error.message };
  if (error instanceof ForbiddenError) return { status: 403, detail: error.message };
  if (error instanceof PlanLimitError) {
    const { limit, used } = error;
    return { status: 403, detail: error.message, planLimit: { limit, used } };
  }
  if (error instanceof ConflictError) return { status: 409, detail: error.message };
  if (error instanceof PreconditionFailedError) return { status: 412, detail: error.message };
  if (error instanceof InvalidPayloadError) return { status: 422, detail: error.message };
  if (error instanceof UnsupportedMediaTypeError) return { status: 415, detail: error.message };
  // The routes' own word says what it is, and not what to do.
  if (error instanceof HTTPException && error.status === 415) return { status: 415, detail: JSON_NEEDED };
  if (error instanceof HTTPException && error.status < 500) return { status: error.status, detail: error.message };
  if (isAway(error)) {
    const detail = 'The database does not answer at the moment. Try again.';
    return { status: 503, detail, headers: { 'retry-after': '5' } };
  }
  return { status: 500, detail: 'Shiplog failed to answer; its log has the cause under this request_id.' };
}

/** The database can not be reached, has no connection left, or is stopping; source: PostgreSQL's error codes, by class. */
function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const unreachable = ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'ETIMEDOUT', 'EPIPE'];
  return (
    unreachable.includes(code) ||
    /^(08|53|57P)/.test(code) ||
    /^(timeout exceeded when trying to connect|Connection terminated)/.test(error.message)
  );
}
