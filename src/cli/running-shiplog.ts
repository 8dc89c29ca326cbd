import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { ConfigError, ConflictError, NotFoundError } from '../errors.ts';
import { findRunning, localUrl } from '../replay/destination.ts';

/** The API of a Shiplog that runs. */
export interface RunningShiplog {
  readonly url: string;
  /** @throws NotFoundError, ConflictError, ConfigError with what the API says */
  call<T>(request: ApiRequest, answer: z.ZodType<T>): Promise<T>;
  /** Every item of a list, page by page. */
  listAll<T>(path: string, item: z.ZodType<T>): Promise<T[]>;
}

interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: unknown;
}

/** @throws ConfigError when none answers, or its operator's token is not known here */
export async function findRunningShiplog(config: Config): Promise<RunningShiplog> {
  const url = await findRunning(config);
  if (url === undefined) throw new ConfigError(`No Shiplog answers at ${localUrl(config)}. Start it: npm start`);
  const token = await findToken(config);
  const access = { url, token };
  return {
    url,
    call: (request, answer) => call(access, request, answer),
    listAll: (path, item) => listAll(access, path, item),
  };
}

async function findToken({ operatorToken, databaseUrl, dataDir }: Config): Promise<string> {
  if (operatorToken !== undefined) return operatorToken;
  const file = join(dataDir, 'operator-token');
  const token = databaseUrl === undefined ? await readFile(file, 'utf8').catch(() => '') : '';
  if (token.trim() === '') throw new ConfigError("Set SHIPLOG_OPERATOR_TOKEN to the running Shiplog's.");
  return token.trim();
}

const problem = z.object({
  detail: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).default([]),
});

interface Access {
  readonly url: string;
  readonly token: string;
}

async function listAll<T>(access: Access, path: string, item: z.ZodType<T>): Promise<T[]> {
  const page = z.object({ data: z.array(item), next_cursor: z.string().nullable() });
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { data, next_cursor } = await call(access, { method: 'GET', path: `${path}?limit=100${after}` }, page);
    items.push(...data);
    cursor = next_cursor;
  }
  return items;
}

async function call<T>({ url, token }: Access, { method, path, body }: ApiRequest, answer: z.ZodType<T>): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    signal: AbortSignal.timeout(30_000),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const json: unknown = await response.json();
  if (response.ok) return answer.parse(json);
  const { detail: about, errors } = problem.parse(json);
  const detail = [about, ...errors.map((error) => `  ${error.pointer.replace(/^#\//, '')}: ${error.detail}`)].join(
    '\n',
  );
  if (response.status === 404) throw new NotFoundError(detail);
  if (response.status === 409) throw new ConflictError(detail);
  throw new ConfigError(detail);
}
