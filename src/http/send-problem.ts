import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, problemDetails } from './problem-details.ts';

/** Answers a request of node:http with problem details. */
export function sendProblem(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  const path = request.url?.split('?', 1)[0] ?? '';
  const body = JSON.stringify(problemDetails(problem, { path, id: randomUUID() }));
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    ...problem.headers,
  });
  response.end(body);
}
