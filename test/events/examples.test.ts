import { describe, expect, it } from 'vitest';
import { InvalidPayloadError } from '../../src/errors.ts';
import type { MappedEvent } from '../../src/events/event.ts';
import { mapEvent } from '../../src/events/map-event.ts';
import { mappers } from '../../src/events/registry.ts';
import { exampleEvents, type Json } from '../support/example-payloads.ts';
import { factViolations } from '../support/fact-violations.ts';
import { webhookEvent } from '../support/webhook-event.ts';
import { describedAccounts } from './described-accounts.ts';
import { describedWork } from './described-work.ts';
import { read } from './payload-reader.ts';

/** Issues without `state` and `labels`, as GitHub does not send them any more. */
const stale = ['issues 19', 'issues 28'];

const describedFacts = { ...describedWork, ...describedAccounts };

const examples = exampleEvents.flatMap(({ name, examples }) =>
  examples.map((payload, index) => ({ id: `${name} ${index}`, name, payload })),
);

function outcomeOf(name: string, payload: unknown): MappedEvent | 'refused' {
  try {
    return mapEvent(webhookEvent(name, payload));
  } catch (error) {
    if (error instanceof InvalidPayloadError) return 'refused';
    throw error;
  }
}

const outcomes = examples.map((example) => ({ ...example, outcome: outcomeOf(example.name, example.payload) }));
const mapped = outcomes.flatMap(({ outcome, ...example }) =>
  outcome !== 'refused' && outcome.tenantId !== null ? [{ ...example, ...outcome }] : [],
);
const ignored = outcomes.flatMap(({ outcome, name }) =>
  outcome !== 'refused' && outcome.tenantId === null ? [{ name, reason: outcome.ignored }] : [],
);

describe("GitHub's example payloads", () => {
  it('are all there, and every event that the app knows has some but installation_target', () => {
    expect(examples).toHaveLength(329);
    const missing = Object.keys(mappers).filter((name) => !examples.some((example) => example.name === name));
    expect(missing).toEqual(['installation_target']);
  });

  it('all come to facts or to a reason, but the stale ones', () => {
    expect(outcomes.filter(({ outcome }) => outcome === 'refused').map(({ id }) => id)).toEqual(stale);
    expect(mapped.length + ignored.length).toBe(329 - stale.length);
  });

  it('are ignored for these reasons alone', () => {
    const unknown = ignored.filter(({ name }) => !(name in mappers));
    expect(unknown.filter(({ name, reason }) => reason !== `unknown event ${name}`)).toEqual([]);
    // The check runs among them are another app's.
    const reasons = new Set(ignored.filter(({ name }) => name in mappers).map(({ reason }) => reason));
    expect([...reasons]).toEqual(
      ['check_run', 'github_app_authorization', 'ping'].map((name) => `no facts in this ${name} event`),
    );
  });

  it('have, event by event, a description to compare with', () => {
    const undescribed = new Set(mapped.map(({ name }) => name).filter((name) => !(name in describedFacts)));
    // Of these only the people, the repository and the account are kept.
    expect([...undescribed]).toEqual(['check_suite', 'merge_group']);
  });

  it.each(mapped)('come to the facts that they describe: $id $payload.action', ({ name, payload, facts, tenantId }) => {
    expect(facts).toMatchObject(describedFacts[name]?.(payload) ?? {});
    expect(factViolations(facts)).toEqual([]);
    expect(tenantId).toBe(accountOf(payload));
    expect((facts.contributors ?? []).map((one) => one.contributor_id)).toEqual(
      expect.arrayContaining(sendersOf(payload)),
    );
    const repositories = (facts.repositories ?? []).map((one) => [one.repository_id, one.named?.full_name]);
    expect(repositories).toEqual(expect.arrayContaining(repositoriesOf(payload)));
  });
});

/** The account that installed the app, else the owner of the repository. */
function accountOf(payload: Json): unknown {
  const owners = ['installation.account.id', 'repository.owner.id', 'organization.id'];
  return owners.map((path) => read(payload, path)).find((id) => id !== undefined);
}

function sendersOf(payload: Json): unknown[] {
  return read(payload, 'sender.type') === 'Organization' ? [] : [read(payload, 'sender.id')];
}

function repositoriesOf(payload: Json): unknown[] {
  const id = read(payload, 'repository.id');
  return id === undefined ? [] : [[id, read(payload, 'repository.full_name')]];
}
