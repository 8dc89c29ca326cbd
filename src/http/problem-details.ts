import { STATUS_CODES } from 'node:http';

/** What is wrong with one field; `pointer` as in `#/query/limit`, `#/path/org` or `#/body/name`. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/** An answer to a request that is not served. */
export interface Problem {
  readonly status: number;
  /** What is wrong and what to do. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** What a plan has room for, and how much of it is taken. */
  readonly planLimit?: { readonly limit: number; readonly used: number };
}

/** The body of problem details (RFC 9457). */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly request_id: string;
  readonly errors?: readonly FieldError[];
  readonly limit?: number;
  readonly used?: number;
}

/** Of the request at a path, under the id by which the log knows it. */
export function problemDetails(problem: Problem, request: { path: string; id: string }): ProblemDetails {
  return {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.detail,
    instance: request.path,
    request_id: request.id,
    ...(problem.errors && { errors: problem.errors }),
    ...problem.planLimit,
  };
}
