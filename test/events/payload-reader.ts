import type { Json } from '../support/example-payloads.ts';
import { utc } from '../support/webhook-event.ts';

/** @param path as `pull_request.head.sha` */
export function read(payload: unknown, path: string): unknown {
  let value = payload;
  for (const key of path.split('.')) value = isJson(value) ? value[key] : undefined;
  return value;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

export const list = (payload: Json, path: string): unknown[] => {
  const value = read(payload, path);
  return Array.isArray(value) ? value : [];
};
export const time = (payload: unknown, path: string) => {
  const value = read(payload, path);
  return typeof value === 'string'
    ? utc(value)
    : typeof value === 'number'
      ? utc(new Date(value * 1_000).toISOString())
      : null;
};
export const repositoryId = (payload: Json) => read(payload, 'repository.id');
