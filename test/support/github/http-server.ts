import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerGraphql, errors, readOperation } from './graphql/endpoint.ts';
import { failure } from './graphql/failure.ts';
import type { PreparedQuery } from './graphql/query.ts';
import type { FaultRequest, Faults, Trouble } from './faults.ts';
import type { OAuthServer } from './oauth-server.ts';
import type { RateLimits, Resource } from './rate-limits.ts';
import { Refusal, type StandInRequest, type StandInResponse } from './request.ts';
import type { Router } from './rest/router.ts';
import type { Caller, Tokens } from './tokens.ts';
import type { Traffic } from './traffic.ts';
import type { Truth } from './truth/truth.ts';

/** One request that came in, in the order of arrival. */
export interface SeenRequest extends FaultRequest {
  readonly kind: 'rest' | 'graphql' | 'git' | 'oauth';
  readonly status: number;
  /** Points of the GraphQL budget; 0 for others. */
  readonly points: number;
}

export interface ServerParts {
  readonly truth: Truth;
  readonly tokens: Tokens;
  readonly rateLimits: RateLimits;
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly router: Router;
  /** Checks a REST request against GitHub's description of it. */
  readonly check: (request: StandInRequest) => Promise<void>;
  readonly violate: (violation: string) => void;
  readonly checked: () => void;
  readonly oauth: OAuthServer;
  /** Serves repositories to `git`. */
  readonly serveGit: (request: IncomingMessage, response: ServerResponse) => Promise<number>;
  readonly seen: (request: SeenRequest) => void;
}

export async function listen(parts: ServerParts): Promise<{ server: Server; host: string }> {
  const server = createServer((request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      const text = `the stand-in failed: ${error instanceof Error ? error.stack : String(error)}`;
      parts.violate(text);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { server, host: `127.0.0.1:${port}` };
}

async function handle(parts: ServerParts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
  const method = incoming.method ?? 'GET';
  if (url.pathname.startsWith('/login/oauth/')) {
    const form = new URLSearchParams((await readBody(incoming)).toString());
    const request = { method, path: url.pathname, query: url.searchParams, body: form };
    const answer = parts.oauth.answer(request);
    parts.seen({
      kind: 'oauth',
      method,
      path: url.pathname,
      query: url.searchParams,
      status: answer.status,
      points: 0,
    });
    response.writeHead(answer.status, { 'content-type': 'application/json; charset=utf-8', ...answer.headers });
    response.end(answer.body && JSON.stringify(answer.body));
    return;
  }
  if (!url.pathname.startsWith('/api/')) {
    const status = await parts.serveGit(incoming, response);
    parts.seen({ kind: 'git', method, path: url.pathname, query: url.searchParams, status, points: 0 });
    return;
  }
  const isGraphql = url.pathname === '/api/graphql';
  const body = await readBody(incoming);
  const seen: FaultRequest = {
    method,
    path: isGraphql ? '/graphql' : canonicalPath(parts.truth, url.pathname.replace('/api/v3', '')),
    query: url.searchParams,
    ...(isGraphql ? readOperation(body) : {}),
  };
  await parts.faults.before?.(seen);
  const trouble = parts.faults.take(seen);
  if (trouble?.kind === 'slow') await trouble.until;
  if (trouble?.kind === 'cut') {
    incoming.socket.destroy();
    parts.seen({ ...seen, kind: isGraphql ? 'graphql' : 'rest', status: 0, points: 0 });
    return;
  }
  const request = { ...seen, headers: incoming.headers, body, apiUrl: `${url.origin}/api/v3` };
  const { answer, points } = await answerApi(parts, { request, isGraphql, trouble });
  parts.seen({ ...seen, kind: isGraphql ? 'graphql' : 'rest', status: answer.status, points });
  send(response, answer);
}

interface ApiRequest {
  readonly request: Omit<StandInRequest, 'caller'>;
  readonly isGraphql: boolean;
  readonly trouble: Trouble | undefined;
}

async function answerApi(parts: ServerParts, { request, isGraphql, trouble }: ApiRequest) {
  let points = 0;
  let caller: Caller = { kind: 'nobody' };
  let leave: (() => void) | undefined;
  const resource: Resource = isGraphql ? 'graphql' : 'core';
  const answer = await refusing(async () => {
    caller = parts.tokens.identify(request.headers.authorization);
    leave = parts.traffic.enter(budgetOf(caller));
    const whole = { ...request, caller };
    if (trouble) {
      const instead = troubledAnswer(parts, { trouble, isGraphql, budget: budgetOf(caller) });
      if (instead) return instead;
    }
    if (!isGraphql) return answerRest(parts, whole);
    const count = ({ cost }: PreparedQuery) => {
      points = cost.points;
      parts.checked();
    };
    return answerGraphql(whole, { ...parts, count }, trouble);
  });
  leave?.();
  const limits = parts.rateLimits.headers(budgetOf(caller), resource);
  return { points, answer: { ...answer, headers: { ...limits, ...answer.headers } } };
}

async function answerRest(parts: ServerParts, request: StandInRequest): Promise<StandInResponse> {
  await parts.check(request);
  const budget = budgetOf(request.caller);
  const isFree = request.path === '/rate_limit';
  if (!isFree && !parts.rateLimits.spend({ caller: budget, resource: 'core', cost: 1 })) {
    return { status: 403, body: { message: `API rate limit exceeded for ${budget}.` } };
  }
  const answer = await parts.router.answer(request, parts.truth);
  return request.method === 'GET' ? conditional(parts, request, answer) : answer;
}

/** A 304 costs nothing. */
function conditional({ rateLimits }: ServerParts, request: StandInRequest, answer: StandInResponse): StandInResponse {
  const etag = `W/"${createHash('sha256')
    .update(JSON.stringify(answer.text ?? answer.body))
    .digest('hex')}"`;
  const headers = { ...answer.headers, etag };
  if (request.headers['if-none-match'] !== etag) return { ...answer, headers };
  rateLimits.spend({ caller: budgetOf(request.caller), resource: 'core', cost: -1 });
  return { status: 304, headers };
}

interface Troubled {
  readonly trouble: Trouble;
  readonly isGraphql: boolean;
  readonly budget: string;
}

function troubledAnswer(
  { rateLimits }: ServerParts,
  { trouble, isGraphql, budget }: Troubled,
): StandInResponse | undefined {
  if (trouble.kind === 'secondary-limit') {
    const body = {
      message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
      documentation_url:
        'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    };
    return { status: 403, body, headers: { 'retry-after': String(trouble.retryAfter) } };
  }
  if (trouble.kind === 'primary-limit') {
    const resource = isGraphql ? 'graphql' : 'core';
    rateLimits.set({ caller: budget, resource, remaining: 0, resetAt: trouble.resetAt });
    const message = `API rate limit exceeded for ${budget}.`;
    return isGraphql ? errors([failure('RATE_LIMITED', message)]) : { status: 403, body: { message } };
  }
  if (trouble.kind === 'errors') {
    return errors([failure(trouble.type ?? 'SERVICE_UNAVAILABLE', trouble.message ?? 'Something went wrong.')]);
  }
  if (trouble.kind !== 'status') return undefined;
  return { status: trouble.status, body: { message: trouble.message ?? 'Server Error' } };
}

async function refusing(answer: () => Promise<StandInResponse>): Promise<StandInResponse> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const documentation_url = 'https://docs.github.com/rest';
    return { status: error.status, body: { message: error.message, documentation_url, status: String(error.status) } };
  }
}

/** Whose budget a request takes from. */
function budgetOf(caller: Caller): string {
  if (caller.kind === 'installation') return `installation ${caller.token.installation.id}`;
  return caller.kind === 'person' ? `person ${caller.person.id}` : caller.kind;
}

/** `/repositories/{id}/…`, where GitHub sends whoever asks for a repository by a name that it had before. */
function canonicalPath(truth: Truth, path: string): string {
  const [, id, rest = ''] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const repository = id === undefined ? undefined : truth.repositories.find((each) => each.id === Number(id));
  return repository ? `/repos/${repository.fullName}${rest}` : path;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, body, text, headers }: StandInResponse): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3; format=json',
    ...headers,
  });
  response.end(text ?? (body === undefined ? undefined : JSON.stringify(body)));
}
