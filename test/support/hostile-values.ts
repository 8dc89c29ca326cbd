import fc from 'fast-check';

/** What breaks programs that trust their input: SQL, control characters, numbers at every edge, paths, templates, sizes. */
const texts = [
  '',
  ' ',
  "'",
  '"',
  "' or '1'='1",
  "'; drop table tenants; --",
  "') union select secret_hash from api_tokens --",
  "\\'; select pg_sleep(5); --",
  '1); delete from audit_log; --',
  '$1',
  '%',
  '%%',
  '_',
  '\\',
  '\u0000',
  'shop\u0000',
  '\u0007\u001b[31m',
  '\ud800',
  'a\u0300\u{1f4a9}\u202e',
  'x'.repeat(201),
  'x'.repeat(1_000),
  '../../../etc/passwd',
  '..',
  '/',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-0',
  '0',
  '-1',
  '1',
  '1e3',
  '1e309',
  '0x10',
  '1.5',
  '2147483648',
  '9007199254740993',
  '9223372036854775808',
  '99999999999999999999999999999999',
  '0000-01-01',
  '2026-02-30',
  '9999-12-31',
  '9999-12-31T23:59:59.999Z',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '2026-03-01T00:00:00+99:99',
  '2026-01-01..2026-02-01',
  'Europe/Berlin',
  'Not/AZone',
  '00000000-0000-0000-0000-000000000000',
];

export const hostileText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...texts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);

const numbers = [0, -0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 63, Number.MIN_VALUE];

/** Nested more deeply than anything that walks it by calling itself can bear. */
const deepJson = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** A value of any type. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom(...numbers, null, true, false, [], {}),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(Array.from({ length: 1_000 }, () => 'x')),
);

/** The text of a body that is JSON, or nearly. */
export const hostileBody = fc.oneof(
  hostileJson.map((value) => JSON.stringify(value)),
  fc.constantFrom('', '{', '{"a":', 'null', '[]', '{}', '{"__proto__":{"role":"owner"}}', '{"a":1,"a":2}', '\u0000'),
  fc.constantFrom(deepJson(20_000), deepObject(20_000)),
);
