import type { Json } from '../support/example-payloads.ts';
import { RECEIVED_AT } from '../support/webhook-event.ts';
import { list, read, repositoryId, time } from './payload-reader.ts';

/** As for the work: repositories, installations, and who may reach what. */
export const describedAccounts: Readonly<Record<string, (payload: Json) => object>> = {
  repository: (payload) => ({
    repositories: [
      {
        named: { private: read(payload, 'repository.private'), rank: 1 },
        observed: {
          archived: read(payload, 'repository.archived'),
          created_at: time(payload, 'repository.created_at'),
        },
      },
    ],
  }),
  public: () => ({ repositories: [{ named: { private: false } }] }),
  installation: (payload) => ({
    installations: [
      {
        installation_id: read(payload, 'installation.id'),
        observed: {
          app_id: read(payload, 'installation.app_id'),
          permissions: read(payload, 'installation.permissions'),
          created_at: time(payload, 'installation.created_at'),
          suspended_at: time(payload, 'installation.suspended_at'),
        },
        ...(read(payload, 'action') === 'deleted' && { deleted_at: RECEIVED_AT }),
      },
    ],
    ...(read(payload, 'action') === 'created' && {
      organization_members: [{ user_id: read(payload, 'sender.id'), observed: { role: 'owner', removed_at: null } }],
      repositories: list(payload, 'repositories').map(listed(true)),
    }),
  }),
  installation_repositories: (payload) => ({
    repositories: [
      ...list(payload, 'repositories_added').map(listed(true)),
      ...list(payload, 'repositories_removed').map(listed(false)),
    ],
  }),
  member: (payload) => ({
    repository_collaborators: [
      { repository_id: repositoryId(payload), user_id: read(payload, 'member.id'), observed: { removed_at: null } },
    ],
  }),
  membership: (payload) => ({
    team_members: [
      {
        team_id: read(payload, 'team.id'),
        user_id: read(payload, 'member.id'),
        observed: { removed_at: read(payload, 'action') === 'removed' ? RECEIVED_AT : null },
      },
    ],
  }),
  team: (payload) => ({
    teams: [
      {
        team_id: read(payload, 'team.id'),
        observed: {
          slug: read(payload, 'team.slug'),
          removed_at: read(payload, 'action') === 'deleted' ? RECEIVED_AT : null,
        },
      },
    ],
    ...(read(payload, 'repository.id') !== undefined && {
      team_repositories: [
        {
          team_id: read(payload, 'team.id'),
          repository_id: repositoryId(payload),
          observed: {
            permission: read(payload, 'action') === 'added_to_repository' ? 'read' : null,
            removed_at: read(payload, 'action') === 'removed_from_repository' ? RECEIVED_AT : null,
          },
        },
      ],
    }),
  }),
  organization: (payload) => ({
    tenants: [{ observed: { login: read(payload, 'organization.login'), type: 'Organization' } }],
    ...(read(payload, 'action') === 'member_added' && {
      organization_members: [
        { user_id: read(payload, 'membership.user.id'), observed: { role: 'member', removed_at: null } },
      ],
    }),
  }),
  team_add: (payload) => ({ teams: [{ team_id: read(payload, 'team.id') }] }),
};

const listed = (installed: boolean) => (repository: unknown) => ({
  repository_id: read(repository, 'id'),
  installed: { installed },
});
