import { describe, expect, it } from 'vitest';
import {
  ACME,
  ALICE,
  BOB,
  organizationPayload,
  repositoryEvent,
  repositoryPayload,
  userPayload,
} from '../support/payloads.ts';
import { factsOf, RECEIVED_AT } from '../support/webhook-event.ts';

const at = RECEIVED_AT;
const team = { id: 3, slug: 'crew', name: 'Crew', permission: 'pull', parent: { id: 2, slug: 'all', name: 'All' } };
const inOrganization = { organization: organizationPayload(ACME), sender: userPayload(ALICE) };

const organizationEvent = (action: string, role: string) => ({
  action,
  membership: { role, state: 'active', user: userPayload(BOB) },
  ...inOrganization,
});
const membershipEvent = (action: string) => ({
  action,
  scope: 'team',
  member: userPayload(BOB),
  team,
  ...inOrganization,
});
const teamEvent = (action: string, repository?: object) => ({
  action,
  team,
  ...(repository && { repository }),
  ...inOrganization,
});
const granted = (permissions: object, more: object = {}) => ({ ...repositoryPayload(), permissions, ...more });

describe('organization', () => {
  it.each([
    ['member_added', 'member', { role: 'member', removed_at: null }],
    ['member_added', 'admin', { role: 'owner', removed_at: null }],
    ['member_removed', 'member', { role: 'member', removed_at: at }],
  ])('%s as %s makes the member %j', (action, role, expected) => {
    const facts = factsOf('organization', organizationEvent(action, role));
    expect(facts.organization_members).toEqual([{ user_id: BOB.id, observed: { at, ...expected } }]);
    expect(facts.contributors?.map((one) => one.contributor_id)).toEqual([ALICE.id, BOB.id]);
  });

  it.each(['renamed', 'deleted', 'member_invited'])('%s makes no member', (action) => {
    expect(factsOf('organization', organizationEvent(action, 'member'))).not.toHaveProperty('organization_members');
  });
});

describe('membership', () => {
  it.each([
    ['added', null],
    ['removed', at],
  ])('%s tells of the team and its member', (action, removed_at) => {
    const facts = factsOf('membership', membershipEvent(action));
    expect(facts.team_members).toEqual([{ team_id: 3, user_id: BOB.id, observed: { at, role: null, removed_at } }]);
    expect(facts.team_member_changes).toEqual([
      { team_id: 3, user_id: BOB.id, changed_at: at, observed: { at, joined: action === 'added' } },
    ]);
    expect(facts.teams).toEqual([
      { team_id: 3, observed: { at, slug: 'crew', name: 'Crew', parent_id: 2, removed_at: null } },
    ]);
  });

  it('of a team that was deleted does not bring it back', () => {
    const facts = factsOf('membership', {
      ...membershipEvent('removed'),
      team: { id: 3, name: 'Crew', deleted: true },
    });
    expect(facts).not.toHaveProperty('teams');
    expect(facts.team_members).toMatchObject([{ team_id: 3, observed: { removed_at: at } }]);
  });
});

describe('team', () => {
  it.each([
    ['created', null],
    ['edited', null],
    ['deleted', at],
  ])('%s tells of the team alone', (action, removed_at) => {
    const facts = factsOf('team', teamEvent(action));
    expect(facts.teams).toMatchObject([{ team_id: 3, observed: { at, slug: 'crew', parent_id: 2, removed_at } }]);
    expect(facts).not.toHaveProperty('team_repositories');
  });

  it('without a parent has none', () => {
    expect(factsOf('team', { ...teamEvent('created'), team: { ...team, parent: null } }).teams).toMatchObject([
      { observed: { parent_id: null } },
    ]);
  });

  it.each([
    [{ pull: true }, {}, 'read'],
    [{ pull: true, triage: true }, {}, 'triage'],
    [{ pull: true, triage: true, push: true }, {}, 'write'],
    [{ pull: true, push: true, maintain: true }, {}, 'maintain'],
    [{ pull: true, push: true, maintain: true, admin: true }, {}, 'admin'],
    [{ pull: true, push: true }, { role_name: 'releaser' }, 'releaser'],
    [{ pull: true }, { role_name: 'write' }, 'write'],
  ])('added_to_repository with %j %j grants it %s', (permissions, more, permission) => {
    for (const action of ['added_to_repository', 'edited']) {
      const facts = factsOf('team', teamEvent(action, granted(permissions, more)));
      const observed = { at, permission, removed_at: null };
      expect(facts.team_repositories).toEqual([{ team_id: 3, repository_id: 9_000, observed }]);
      const previous = action === 'added_to_repository' ? 'none' : null;
      expect(facts.team_repository_changes).toMatchObject([{ changed_at: at, observed: { permission, previous } }]);
      expect(facts.repositories).toMatchObject([{ named: { full_name: 'acme/rocket' } }]);
    }
  });

  it('removed_from_repository takes the grant back', () => {
    const facts = factsOf('team', teamEvent('removed_from_repository', granted({ pull: true })));
    const observed = { at, permission: null, removed_at: at };
    expect(facts.team_repositories).toEqual([{ team_id: 3, repository_id: 9_000, observed }]);
    expect(facts.team_repository_changes).toMatchObject([{ observed: { permission: 'none', previous: null } }]);
  });

  it('_add does not say which permission, so leaves that to the event beside it', () => {
    const facts = factsOf('team_add', { team, repository: repositoryPayload(), ...inOrganization });
    expect(facts.teams).toMatchObject([{ team_id: 3 }]);
    expect(facts).not.toHaveProperty('team_repositories');
  });
});

describe('member', () => {
  it.each([
    ['added', { permission: { to: 'write' } }, { permission: 'write', removed_at: null }],
    [
      'added',
      { permission: { to: 'write' }, role_name: { to: 'maintain' } },
      { permission: 'maintain', removed_at: null },
    ],
    ['added', undefined, { permission: null, removed_at: null }],
    ['edited', { permission: { from: 'write', to: 'admin' } }, { permission: 'admin', removed_at: null }],
    ['edited', { old_permission: { from: 'write' } }, { permission: null, removed_at: null }],
    ['removed', undefined, { permission: null, removed_at: at }],
  ])('%s with %j makes the collaborator %j', (action, changes, expected) => {
    const payload = { action, member: userPayload(BOB), ...(changes && { changes }), ...repositoryEvent({}) };
    const facts = factsOf('member', payload);
    expect(facts.repository_collaborators).toEqual([
      { repository_id: 9_000, user_id: BOB.id, observed: { at, ...expected } },
    ]);
    expect(facts.contributors?.map((one) => one.contributor_id)).toEqual([ALICE.id, BOB.id]);
  });
});
