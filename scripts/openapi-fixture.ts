/**
 * Takes the operations that the stand-in GitHub answers out of GitHub's OpenAPI description, without their prose, into
 * test/fixtures/github/openapi.json. The description is large, so it is no dependency. Install it elsewhere first:
 *
 *     npm install --prefix /tmp/openapi @octokit/openapi@23.0.2
 *     node scripts/openapi-fixture.ts /tmp/openapi/node_modules/@octokit/openapi
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Hook } from '../test/support/github/hook/hook.ts';
import { RateLimits } from '../test/support/github/rate-limits.ts';
import { restRoutes } from '../test/support/github/rest/routes.ts';
import { Tokens } from '../test/support/github/tokens.ts';
import { Truth } from '../test/support/github/truth/truth.ts';

const FIXTURE = 'test/fixtures/github/openapi.json';
const PROSE = new Set(['description', 'summary', 'externalDocs', 'example', 'examples', 'tags', 'title']);

type Json = Record<string, unknown>;
const json: z.ZodType<Json> = z.record(z.string(), z.unknown());
const description = z.object({ openapi: z.string(), paths: z.record(z.string(), json), components: json });
type Description = z.infer<typeof description>;

function read(folder: string, name: string): Description {
  return description.parse(JSON.parse(readFileSync(join(folder, 'generated', `${name}.json`), 'utf8')));
}

/** Without prose. `nullable` means nothing to a validator where there is no type, and adds no null to an enum: that is put right. */
function strip(value: unknown, isMap = false): unknown {
  if (Array.isArray(value)) return value.map((item) => strip(item));
  if (typeof value !== 'object' || value === null) return value;
  const isTyped = 'type' in value;
  const entries = Object.entries(value).filter(
    ([key]) => isMap || !(PROSE.has(key) || key.startsWith('x-') || (key === 'nullable' && !isTyped)),
  );
  const isNullable = 'nullable' in value && value.nullable === true;
  return Object.fromEntries(
    entries.map(([key, inner]) => {
      if (isNullable && !isTyped && ['oneOf', 'anyOf'].includes(key) && Array.isArray(inner)) {
        return [key, [...inner.map((item) => strip(item)), { enum: [null] }]];
      }
      if (key === 'enum' && isNullable && Array.isArray(inner)) return [key, [...new Set([...inner, null])]];
      return [key, strip(inner, key === 'properties' || key === 'responses')];
    }),
  );
}

/** Answers that are no JSON of interest: errors. */
function keepSuccess(operation: Json): Json {
  const responses = Object.entries(json.parse(operation['responses'])).filter(([status]) => status.startsWith('2'));
  return { ...operation, responses: Object.fromEntries(responses) };
}

function addReferences(value: unknown, { from, into }: { from: Description; into: Json }): void {
  if (Array.isArray(value)) for (const item of value) addReferences(item, { from, into });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const reference: unknown = Reflect.get(value, '$ref');
  if (typeof reference === 'string') {
    const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(reference) ?? [];
    const known = json.parse((into[kind] ??= {}));
    if (!(name in known)) {
      const component = strip(json.parse(from.components[kind])[name]);
      into[kind] = { ...known, [name]: component };
      addReferences(component, { from, into });
    }
  }
  for (const inner of Object.values(value)) addReferences(inner, { from, into });
}

const [folder = ''] = process.argv.slice(2);
const sources = ['api.github.com', 'ghec'].map((name) => read(folder, name));
const truth = new Truth();
const hook = new Hook({ truth, secret: '', appId: 1 });
const paths: Record<string, Json> = {};
const components: Json = {};
for (const { route } of restRoutes({ hook, tokens: new Tokens(truth, 1), rateLimits: new RateLimits() })) {
  const [method = '', path = ''] = route.split(' ');
  const from = sources.find((source) => source.paths[path]?.[method.toLowerCase()]);
  if (!from) throw new Error(`GitHub has no ${route}`);
  const operation = strip(keepSuccess(json.parse(from.paths[path]?.[method.toLowerCase()])));
  paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  addReferences(operation, { from, into: components });
}
const fixture = { openapi: '3.0.3', info: { title: 'GitHub', version: '23.0.2' }, paths, components };
writeFileSync(FIXTURE, `${JSON.stringify(fixture)}\n`);
console.log(`${Object.keys(paths).length} paths in ${FIXTURE}`);
