import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { InvalidPayloadError } from '../../src/errors.ts';
import type { MappedEvent } from '../../src/events/event.ts';
import { mapEvent } from '../../src/events/map-event.ts';
import { mappers } from '../../src/events/registry.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import { createTestDatabase } from '../support/database.ts';
import { exampleEvents } from '../support/example-payloads.ts';
import { factViolations } from '../support/fact-violations.ts';
import { commitPayload, pushPayload, sha } from '../support/payloads.ts';
import { factsOf, fixture, webhookEvent } from '../support/webhook-event.ts';
import { pullRequestPayload } from '../support/work-payloads.ts';

const { db } = await createTestDatabase();

const oddText = fc.oneof(
  fc.constantFrom(
    '',
    '\0',
    'a\0b',
    '\ud800',
    '\udc00x',
    'NULL',
    "'; drop table commits; --",
    '{"a"',
    '\\',
    'refs/heads/',
  ),
  fc.constantFrom('é'.repeat(700), '字'.repeat(700), '🚀'.repeat(350), 'x'.repeat(70_000), '字'.repeat(70_000)),
  fc.string({ unit: 'binary' }),
);
const oddTime = fc.constantFrom(
  '99999-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-14:00',
  '0001-01-01T00:00:00+14:00',
  '2026-02-30T25:61:00Z',
  '+012026-01-01T00:00:00Z',
  '2026-01-01',
  'yesterday',
  '1',
  '2026-01-01T00:00:00.123456+05:30',
);
const oddNumber = fc.constantFrom(
  -1,
  0,
  0.5,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  1e15,
  1e300,
  -7e10,
);
const oddValue = fc.oneof(oddText, oddTime, oddNumber, fc.constantFrom(null, true, false, [], {}, [null], { id: 1 }));

const commits = [commitPayload({ id: sha('odd'), message: 'x\n\nCo-authored-by: Bob <bob@acme.example>' })];
const payloads = [
  ...exampleEvents.flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload: payload as unknown }))),
  { name: 'installation_target', payload: fixture('installation_target.renamed') },
  ...Array.from({ length: 20 }, () => ({ name: 'push', payload: pushPayload({ commits }) as unknown })),
].filter(({ name }) => name in mappers);

/** A payload with one of its values made odd, wherever it may be. */
const oddEvent = fc.constantFrom(...payloads).chain(({ name, payload }) =>
  fc.record({ path: fc.constantFrom(...pathsOf(payload)), value: oddValue }).map(({ path, value }) => ({
    name,
    payload: replace(payload, path, value),
  })),
);

type Path = readonly string[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  // What nobody reads need not be tried.
  const keys = Object.entries(value).filter(([key]) => !/_urls?$|^url$|_links|^node_id$|_count$/.test(key));
  return [path, ...keys.flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

function replace(value: unknown, [key, ...rest]: Path, odd: unknown): unknown {
  if (key === undefined) return odd;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (String(index) === key ? replace(item, rest, odd) : item));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: replace(object[key], rest, odd) };
}

interface OddEvent {
  readonly name: string;
  readonly payload: unknown;
}

const refused: MappedEvent = { tenantId: null, ignored: 'refused' };

function mapOrRefuse({ name, payload }: OddEvent): MappedEvent {
  try {
    return mapEvent(webhookEvent(name, payload));
  } catch (error) {
    if (error instanceof InvalidPayloadError) return refused;
    throw error;
  }
}

function violationsOf(event: OddEvent): string[] {
  const mapped = mapOrRefuse(event);
  return mapped.tenantId === null ? [] : factViolations(mapped.facts);
}

/** @returns of how many there was something to store */
async function storeAll(events: readonly OddEvent[]): Promise<number> {
  let stored = 0;
  for (const mapped of events.map(mapOrRefuse)) {
    if (mapped.tenantId === null) continue;
    const { tenantId, facts } = mapped;
    await withTenant(db, tenantId, (trx) => applyFacts(trx, tenantId, [facts]));
    stored += 1;
  }
  return stored;
}

describe('an odd payload', () => {
  it('is refused, or comes to facts without anything that the database would refuse', () => {
    fc.assert(
      fc.property(oddEvent, (event) => {
        expect(violationsOf(event)).toEqual([]);
      }),
      { numRuns: 10_000 },
    );
  });

  it('never fails in the database', async () => {
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(oddEvent, { minLength: 20, maxLength: 20 }), async (events) => {
        stored += await storeAll(events);
      }),
      { numRuns: 40 },
    );
    expect(stored).toBeGreaterThan(200);
  });

  it.each([
    ['in the year 99999', '99999-01-01T00:00:00Z'],
    ['in the year 0', '0000-06-01T00:00:00Z'],
    ['that is none', 'soon'],
  ])('is refused for a time %s, but for that of a commit', (_, time) => {
    const pull = pullRequestPayload({ pull: { updatedAt: time } });
    expect(() => mapEvent(webhookEvent('pull_request', pull))).toThrow(
      'This is no pull_request event: pull_request.updated_at: is no time between the years 1 and 9999',
    );
    const commits = [commitPayload({ id: sha('1'), timestamp: time }), commitPayload({ id: sha('2') })];
    expect(factsOf('push', pushPayload({ commits })).commits).toMatchObject([
      { sha: sha('1'), observed: { committed_at: '1970-01-01T00:00:00.000Z' } },
      { sha: sha('2'), observed: { committed_at: '2026-03-01T00:00:00.000Z' } },
    ]);
  });

  it.each([2 ** 53, -1, 0, 1.5, '1'])('is refused for the id %j', (id) => {
    const payload = replace(pushPayload(), ['repository', 'id'], id);
    expect(() => mapEvent(webhookEvent('push', payload))).toThrow(InvalidPayloadError);
  });

  it('loses its NUL characters and halves of surrogate pairs, which PostgreSQL does not store', () => {
    const commits = [
      commitPayload({ id: sha('1'), message: 'a\0b \ud800', author: { name: '\0Al', email: 'A\0@b.example' } }),
    ];
    const mapped = mapOrRefuse({ name: 'push', payload: pushPayload({ commits }) });
    expect(mapped).toMatchObject({
      facts: {
        commits: [{ observed: { message_headline: 'ab \ufffd', author_name: 'Al', author_email: 'a@b.example' } }],
      },
    });
  });
});
