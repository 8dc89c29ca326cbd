import { readFileSync } from 'node:fs';
import { type Document, OpenAPIBackend } from 'openapi-backend';
import type { StandInRequest } from './request.ts';

const FIXTURE = 'test/fixtures/github/openapi.json';

let backend: Promise<OpenAPIBackend> | undefined;

/** What is wrong with a REST request by GitHub's own description of its API. */
export async function requestProblems({ method, path, query, headers, body }: StandInRequest): Promise<string[]> {
  const { router, validator } = await openapi();
  const request = {
    method,
    path,
    query: Object.fromEntries(query),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    ...(body.length === 0 ? {} : { body: body.toString() }),
  };
  const operation = router.matchOperation(request);
  if (!operation) return [`${method} ${path}: not in ${FIXTURE}`];
  const { errors } = validator.validateRequest(request, operation);
  return (errors ?? []).map(({ instancePath, message }) => `${method} ${path}: ${instancePath} ${message}`);
}

interface Answer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/** What is wrong with an answer of the stand-in itself. */
export async function responseProblems({ method, path, status, body }: Answer): Promise<string[]> {
  const { router, validator } = await openapi();
  const operation = router.matchOperation({ method, path, headers: {} });
  if (!operation) return [`${method} ${path}: not in ${FIXTURE}`];
  const { errors } = validator.validateResponse(body, operation, status);
  return (errors ?? []).map(
    ({ instancePath, message, params }) => `${method} ${path}: ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Of the fixture, as `GET /repos/{owner}/{repo}`. */
export async function fixtureRoutes(): Promise<string[]> {
  const { router } = await openapi();
  return router.getOperations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
}

/** Made once for all stand-ins of a process. */
function openapi(): Promise<OpenAPIBackend> {
  backend ??= new OpenAPIBackend({
    definition: JSON.parse(readFileSync(FIXTURE, 'utf8')) as Document,
    ajvOpts: { strict: false, validateFormats: false },
    quick: true,
    validate: true,
    coerceTypes: false,
  }).init();
  return backend;
}
