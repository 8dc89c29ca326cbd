import { describe, expect, it } from 'vitest';
import { ALICE, repositoryEvent } from '../support/payloads.ts';
import { factsOf, RECEIVED_AT } from '../support/webhook-event.ts';

const at = '2026-03-02T00:00:00.000Z';
const repositoryOf = (action: string, repository = {}) =>
  factsOf('repository', { action, ...repositoryEvent({ repository: { updatedAt: at, ...repository } }) }).repositories;

describe('a repository', () => {
  it.each([
    ['archived', { archived: true }, { observed: { at, rank: 1, archived: true } }],
    ['unarchived', { archived: false }, { observed: { at, rank: 1, archived: false } }],
    ['privatized', { private: true }, { named: { at, rank: 1, private: true } }],
    ['publicized', { private: false }, { named: { at, rank: 1, private: false } }],
    ['renamed', { name: 'shuttle' }, { named: { at, rank: 1, full_name: 'acme/shuttle' } }],
    ['edited', { defaultBranch: 'trunk' }, { observed: { at, rank: 1, default_branch: 'trunk' } }],
    ['created', { language: null }, { observed: { at, rank: 1, language: null } }],
  ])('that was %s with %j is %j', (action, repository, expected) => {
    const [fact] = repositoryOf(action, repository) ?? [];
    expect(fact).toMatchObject(expected);
    expect(fact).not.toHaveProperty('deleted_at');
  });

  it('that was transferred is its new owner’s', () => {
    const payload = { action: 'transferred', ...repositoryEvent({ repository: { owner: ALICE } }) };
    const facts = factsOf('repository', payload);
    expect(facts.tenants).toMatchObject([{ observed: { login: 'alice' } }]);
    expect(facts.repositories).toMatchObject([{ named: { full_name: 'alice/rocket' } }]);
  });

  it('that was deleted is gone', () => {
    expect(repositoryOf('deleted')).toMatchObject([{ repository_id: 9_000, deleted_at: RECEIVED_AT }]);
  });

  it('that was made public is', () => {
    expect(factsOf('public', repositoryEvent({})).repositories).toMatchObject([{ named: { private: false, rank: 1 } }]);
  });

  it('that was never pushed to has no time of a push', () => {
    const payload = repositoryEvent({ repository: { updatedAt: at } });
    Object.assign(payload['repository'] as object, { pushed_at: null });
    expect(factsOf('repository', { action: 'created', ...payload }).repositories).toMatchObject([
      { observed: { at, pushed_at: null } },
    ]);
  });
});
