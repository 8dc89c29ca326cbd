import { createRequire } from 'node:module';
import { z } from 'zod';

export type Json = Record<string, unknown>;

const json: z.ZodType<Json> = z.record(z.string(), z.unknown());
const exampleFile = z.array(z.object({ name: z.string(), examples: z.array(json) }));

/** Payloads that GitHub sent to people who gave them away, by event name. The first of each event is often stale. */
export const exampleEvents = exampleFile.parse(
  createRequire(import.meta.url)('@octokit/webhooks-examples/api.github.com/index.json'),
);

export function examplePayload(event: string, index: number): Json {
  const payload = exampleEvents.find(({ name }) => name === event)?.examples[index];
  if (!payload) throw new Error(`there is no example ${index} of ${event}`);
  return payload;
}

export function objectOf(payload: Json, key: string): Json {
  return json.parse(payload[key]);
}
