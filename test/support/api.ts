import { randomBytes } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll } from 'vitest';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import { createKeyring } from '../../src/encryption.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { createApi } from '../../src/http/api/app.ts';
import { StaleEvents } from '../../src/http/api/stale-events.ts';
import { createLogger } from '../../src/logging.ts';
import { startQueue } from '../../src/queue.ts';
import { createTestDatabase } from './database.ts';

export const OPERATOR_TOKEN = 'operator-token-of-the-tests';
const UNLIMITED = { caller: 1e9, stranger: 1e9 };
export const SEEN_AT = '2026-01-01T00:00:00.000Z';

/** A list, an object or problem details; whether it is the right one, its check against the document says. */
interface JsonBody extends Readonly<Record<string, unknown>> {
  readonly data: Record<string, unknown>[];
  readonly next_cursor: string | null;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

interface JsonResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonBody;
}

/** The API over a database of its own. Every answer is checked against the OpenAPI document. */
export async function createTestApi() {
  const { db, url, superuserUrl } = await createTestDatabase();
  const log = createLogger({ level: 'silent', format: 'json' });
  const queue = await startQueue({ url, log });
  afterAll(() => queue.stop({ graceful: false }));
  const events = new StaleEvents({ url, log, heartbeatMs: 200, gatherMs: 20 });
  afterAll(() => events.close());
  const keyring = createKeyring([randomBytes(32).toString('base64')]);
  const deps = { db, queue, log, events, keyring, connected: true, publicUrl: undefined, rateLimits: UNLIMITED };
  const api = createApi({ ...deps, operatorToken: OPERATOR_TOKEN });
  const document: unknown = await (await api.request('/openapi.json')).json();
  const check = createResponseCheck(document);

  async function request(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    json?: unknown,
  ): Promise<JsonResponse> {
    const authorization = `Bearer ${OPERATOR_TOKEN}`;
    const sent = json === undefined ? {} : { body: JSON.stringify(json) };
    const type = json === undefined ? {} : { 'content-type': 'application/json' };
    const response = await api.request(path, { method, headers: { authorization, ...type, ...headers }, ...sent });
    const text = await textOf(response);
    const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    const body: JsonBody = isJson ? JSON.parse(text) : null;
    check({ method, path, status: response.status, body });
    return { status: response.status, headers: response.headers, body };
  }
  return { api, deps, db, url, superuserUrl, queue, document, request, get: (path: string) => request('GET', path) };
}

/** A stream of events has no end. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.text();
  await response.body?.cancel();
  return '';
}

/** Stores facts of a tenant, which comes to be with them. */
export function storeFacts(db: Database, tenantId: number, login: string, ...facts: Facts[]): Promise<number> {
  const tenant: Facts = { tenants: [{ observed: { at: SEEN_AT, login, type: 'Organization' } }] };
  return withTenant(db, tenantId, (trx) => applyFacts(trx, tenantId, [tenant, ...facts]));
}

export function repositoryFact(id: number, fullName: string): Facts {
  return {
    repositories: [
      {
        repository_id: id,
        named: { at: SEEN_AT, full_name: fullName, private: true },
        installed: { at: SEEN_AT, installed: true },
      },
    ],
  };
}

interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, { content?: Record<string, unknown> }> }>>;
}

function createResponseCheck(document: unknown) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document as object, 'api');
  const { paths } = document as OpenApi;
  return ({ method, path, status, body }: { method: string; path: string; status: number; body: unknown }) => {
    if (body === null) return;
    const segments = new URL(path, 'http://localhost').pathname.split('/');
    const template = Object.keys(paths).find((candidate) => fits(candidate.split('/'), segments));
    const operation = template === undefined ? undefined : paths[template]?.[method.toLowerCase()];
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    const declared = operation?.responses[status]?.content?.[type] !== undefined;
    if (!declared || template === undefined) {
      if (status < 400) throw new Error(`${method} ${path} answered an undocumented ${status}`);
      return;
    }
    const pointer = ['paths', template, method.toLowerCase(), 'responses', status, 'content', type, 'schema']
      .map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = ajv.getSchema(`api#/${pointer}`);
    if (!validate) throw new Error(`the document has no ${pointer}`);
    if (!validate(body)) throw new Error(JSON.stringify({ path, errors: validate.errors, body }));
  };
}

function fits(template: readonly string[], segments: readonly string[]): boolean {
  return (
    template.length === segments.length && template.every((part, i) => part.startsWith('{') || part === segments[i])
  );
}
