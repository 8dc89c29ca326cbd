import fc from 'fast-check';
import { arbitraryOf, type ValueOptions } from './arbitrary-value.ts';
import { hostileBody, hostileJson, hostileText } from './hostile-values.ts';
import type { Operation, Parameter, Schema } from './operations.ts';

export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Requests to an operation: each part is mostly as its schema has it, and now and then something else. */
export function arbitraryRequest(operation: Operation, options: ValueOptions): fc.Arbitrary<HostileRequest> {
  const { method, path, parameters } = operation;
  const parts = (place: Parameter['in']) =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === place)
        .map((parameter) => [parameter.name, arbitraryParameter(parameter, operation, options)]),
    );
  const inPath = fc.record(parts('path'));
  const inQuery = fc.record(mapValues(parts('query'), (value) => rarely(value, 4)));
  const inHeader = fc.record(mapValues(parts('header'), (value) => rarely(value, 4)));
  const odd = rarely(fc.tuple(hostileText, hostileText), 20);
  return fc.record({ inPath, inQuery, inHeader, odd, body: arbitraryBody(operation, options) }).map((made) => {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => segment(made.inPath[name] ?? ''));
    const query = new URLSearchParams(present(made.inQuery));
    if (made.odd) query.append(...made.odd);
    const headers = { ...mapValues(present(made.inHeader), asHeader), ...made.body.headers };
    return { method, path: query.size > 0 ? `${filled}?${query.toString()}` : filled, headers, body: made.body.text };
  });
}

/** Undefined but once in so many times. */
const rarely = <T>(value: fc.Arbitrary<T>, times: number) =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function present(record: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(record);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Dots alone would be taken out of a path before they are sent. */
function segment(text: string): string {
  return /^\.*$/.test(text) ? '%00' : encodeURIComponent(text.toWellFormed());
}

const asHeader = (text: string) => text.replaceAll(/[^\u0020-\u007e]/g, '?').trim();

/** Node's server reads addresses and headers of 16 KB, and an address may have several of these. */
const LONGEST = 1_000;

function arbitraryParameter({ name, schema }: Parameter, { id }: Operation, options: ValueOptions) {
  const right = arbitraryOf(schema, options).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  const there = options.known[name] ?? [];
  const text = fc.oneof(
    { weight: there.length > 0 ? 20 : 0, arbitrary: fc.constantFrom(...there, '1') },
    { weight: there.length > 0 ? 1 : 12, arbitrary: name === 'cursor' ? hostileCursor(id) : right },
    { weight: 1, arbitrary: hostileText },
  );
  return text.map((made) => made.slice(0, LONGEST));
}

/** Cursors are the name of the list and the keys of a row, in JSON: these have other keys, or are of another list. */
function hostileCursor(list: string): fc.Arbitrary<string> {
  const key = fc.oneof(
    fc.constantFrom(
      '2026-01-01T00:00:00.000000',
      '9999-12-31T23:59:59',
      '0001-01-01T00:00:00',
      'a',
      0,
      -1,
      2 ** 53 - 1,
    ),
    hostileJson,
  );
  return fc
    .tuple(fc.constantFrom(list, list, list, 'listOrgs'), fc.array(key, { maxLength: 4 }))
    .map(([name, keys]) => Buffer.from(JSON.stringify([name, ...keys]).toWellFormed()).toString('base64url'));
}

interface Sent {
  readonly text: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

function arbitraryBody({ bodies }: Operation, options: ValueOptions): fc.Arbitrary<Sent> {
  const none = fc.constant<Sent>({ text: undefined, headers: {} });
  const sent = Object.entries(bodies).map(([type, schema]) => bodyOf(type, schema, options));
  if (sent.length === 0) return none;
  return fc.oneof({ weight: 20, arbitrary: fc.oneof(...sent) }, { weight: 1, arbitrary: none });
}

function bodyOf(type: string, schema: Schema, options: ValueOptions): fc.Arbitrary<Sent> {
  const right = arbitraryOf(schema, options).map((value) => JSON.stringify(value));
  const text = fc.oneof({ weight: 8, arbitrary: right }, { weight: 1, arbitrary: hostileBody });
  const contentType = fc.oneof(
    { weight: 20, arbitrary: fc.constant(type) },
    { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/xml', 'nonsense') },
  );
  return fc.record({ text, contentType }).map((made) => ({
    text: made.text,
    headers: { 'content-type': made.contentType },
  }));
}
