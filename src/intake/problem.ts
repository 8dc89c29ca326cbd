import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';

/** An answer to a request that is not taken. */
export interface Problem {
  readonly status: number;
  /** What is wrong and what to do, for whoever reads the delivery's response on GitHub. */
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with problem details (RFC 9457). */
export function sendProblem(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  const body = JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[problem.status],
    status: problem.status,
    detail: problem.detail,
    instance: request.url?.split('?', 1)[0],
    request_id: randomUUID(),
  });
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    ...problem.headers,
  });
  response.end(body);
}
