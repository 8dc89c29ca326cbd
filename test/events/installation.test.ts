import { describe, expect, it } from 'vitest';
import {
  ALICE,
  BOB,
  type InstallationOptions,
  installationPayload,
  installationRepositoriesPayload,
  RENOVATE,
} from '../support/payloads.ts';
import { factsOf, RECEIVED_AT } from '../support/webhook-event.ts';

const CREATED = '2026-03-01T00:00:00.000Z';
const UPDATED = '2026-03-02T00:00:00.000Z';
const factsOfInstallation = (options: InstallationOptions) => factsOf('installation', installationPayload(options));
const observedOf = (options: InstallationOptions) => factsOfInstallation(options).installations?.[0]?.observed;

describe('an installation', () => {
  it('that is created tells of itself, its repositories, and its sender as owner', () => {
    const facts = factsOfInstallation({
      sender: BOB,
      updatedAt: UPDATED,
      repositories: [
        { id: 1, name: 'a' },
        { id: 2, name: 'b', private: true },
      ],
    });
    expect(facts).toEqual({
      tenants: [{ observed: { at: RECEIVED_AT, login: 'acme', type: 'Organization' } }],
      installations: [
        {
          installation_id: 77,
          observed: {
            at: UPDATED,
            rank: 0,
            app_id: 29_310,
            repository_selection: 'all',
            permissions: { contents: 'read', metadata: 'read' },
            events: ['push', 'pull_request'],
            created_at: CREATED,
            suspended_at: null,
          },
        },
      ],
      contributors: [{ contributor_id: BOB.id, observed: { at: RECEIVED_AT, login: 'bob', name: null, type: 'User' } }],
      contributor_logins: [{ login: 'bob', contributor_id: BOB.id, seen: { at: RECEIVED_AT } }],
      organization_members: [{ user_id: BOB.id, observed: { at: RECEIVED_AT, role: 'owner', removed_at: null } }],
      repositories: [
        {
          repository_id: 1,
          named: { at: UPDATED, full_name: 'acme/a', private: false },
          installed: { at: RECEIVED_AT, installed: true },
        },
        {
          repository_id: 2,
          named: { at: UPDATED, full_name: 'acme/b', private: true },
          installed: { at: RECEIVED_AT, installed: true },
        },
      ],
    });
  });

  it('may be created without its list of repositories', () => {
    const { repositories: _, ...payload } = installationPayload();
    expect(factsOf('installation', payload)).not.toHaveProperty('repositories');
  });

  it('is no bot’s', () => {
    expect(factsOfInstallation({ sender: RENOVATE })).not.toHaveProperty('organization_members');
  });

  it('may be a user’s', () => {
    expect(factsOfInstallation({ account: ALICE }).tenants).toMatchObject([
      { observed: { login: 'alice', type: 'User' } },
    ]);
  });

  it.each([
    [
      'new_permissions_accepted',
      { permissions: { contents: 'write' } },
      { at: CREATED, rank: 1, permissions: { contents: 'write' } },
    ],
    ['suspend', { suspendedAt: UPDATED }, { at: UPDATED, rank: 2, suspended_at: UPDATED }],
    ['unsuspend', { updatedAt: UPDATED }, { at: UPDATED, rank: 3, suspended_at: null }],
  ] as const)('%s with %j makes it %j, and nobody an owner', (action, options, expected) => {
    expect(observedOf({ action, ...options })).toMatchObject(expected);
    const facts = factsOfInstallation({ action, ...options });
    expect(facts).not.toHaveProperty('organization_members');
    expect(facts.installations?.[0]).not.toHaveProperty('deleted_at');
  });

  it('that is deleted is gone, and its repositories are no longer installed', () => {
    const facts = factsOfInstallation({ action: 'deleted' });
    expect(facts.installations).toMatchObject([{ installation_id: 77, deleted_at: RECEIVED_AT }]);
    expect(facts.repositories).toMatchObject([{ installed: { at: RECEIVED_AT, installed: false } }]);
    expect(facts).not.toHaveProperty('organization_members');
  });
});

describe('the repositories of an installation', () => {
  it('are added and removed', () => {
    const payload = installationRepositoriesPayload({
      updatedAt: UPDATED,
      repositorySelection: 'selected',
      added: [{ id: 1, name: 'a' }],
      removed: [{ id: 2, name: 'b' }],
    });
    const facts = factsOf('installation_repositories', payload);
    expect(facts.repositories).toEqual([
      {
        repository_id: 1,
        named: { at: UPDATED, full_name: 'acme/a', private: false },
        installed: { at: RECEIVED_AT, installed: true },
      },
      { repository_id: 2, installed: { at: RECEIVED_AT, installed: false } },
    ]);
    expect(facts.installations).toMatchObject([{ observed: { repository_selection: 'selected' } }]);
  });

  it('may be removed when there is nothing left of them but the id', () => {
    const payload = { ...installationRepositoriesPayload(), action: 'removed', repositories_removed: [{ id: 2 }] };
    expect(factsOf('installation_repositories', payload).repositories).toMatchObject([{ repository_id: 2 }]);
  });
});
