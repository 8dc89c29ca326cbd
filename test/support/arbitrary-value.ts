import fc from 'fast-check';
import { hostileJson } from './hostile-values.ts';
import type { Schema } from './operations.ts';

export interface ValueOptions {
  readonly schemas: Readonly<Record<string, Schema>>;
  /** By the name of a parameter or field: what there is, so that a request gets further than to a 404. */
  readonly known: Readonly<Record<string, readonly string[]>>;
}

/** Values of a schema, in which now and then a part is of another type or hostile. */
export function arbitraryOf(schema: Schema, options: ValueOptions): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 15, arbitrary: rightOf(schema, options) }, { weight: 1, arbitrary: hostileJson });
}

function rightOf(schema: Schema, options: ValueOptions): fc.Arbitrary<unknown> {
  const { $ref, anyOf, allOf, oneOf, type, example } = schema;
  if ($ref !== undefined) return rightOf(options.schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}, options);
  const choices = anyOf ?? oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => rightOf(choice, options)));
  if (allOf?.[0]) return rightOf(allOf[0], options);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const types = typeof type === 'string' ? [type] : (type ?? []);
  const ofType = types.map((name) => byType(name, schema, options));
  if (example !== undefined) ofType.push(fc.constant(example));
  return ofType.length > 0 ? fc.oneof(...ofType) : fc.jsonValue({ maxDepth: 2 });
}

function byType(type: string, schema: Schema, options: ValueOptions): fc.Arbitrary<unknown> {
  const { minimum = -1_000, maximum = 2 ** 31, minItems = 0, items = {} } = schema;
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return fc.integer({ min: minimum, max: Math.max(minimum, maximum) });
    case 'array':
      return fc.array(arbitraryOf(items, options), { minLength: minItems, maxLength: 4 });
    case 'object':
      return objectsOf(schema, options);
    default:
      return textsOf(schema);
  }
}

function objectsOf({ properties = {}, required = [] }: Schema, options: ValueOptions): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, property]) => {
    const there = options.known[name];
    const value = arbitraryOf(property, options);
    return [name, there ? fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...there) }, value) : value] as const;
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
}

function textsOf({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  switch (format) {
    case 'date-time':
      return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
    case 'date':
      return fc.constantFrom('2026-03-01', '1999-12-31');
    case 'uuid':
      return fc.uuid();
    case 'uri':
      return fc.webUrl();
    case 'email':
      return fc.emailAddress();
    default:
      return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) });
  }
}
