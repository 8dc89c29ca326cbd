import { idOf, orgId } from './identity.ts';
import { account, githubTime, type Place, sender, shortRepository, surroundings } from './place.ts';

function installationObject({ repository, createdAt }: Place) {
  return {
    id: idOf('installation', repository.org.toLowerCase()),
    account: account(repository),
    repository_selection: 'selected',
    html_url: `https://github.com/organizations/${repository.org}/settings/installations`,
    app_id: null,
    app_slug: 'shiplog',
    target_id: orgId(repository),
    target_type: 'Organization',
    permissions: { contents: 'read', metadata: 'read', pull_requests: 'read' },
    events: ['push', 'pull_request', 'release', 'repository'],
    created_at: githubTime(createdAt),
    updated_at: githubTime(createdAt),
    single_file_name: null,
    suspended_at: null,
    suspended_by: null,
  };
}

export function installationCreated(place: Place) {
  return {
    action: 'created',
    installation: installationObject(place),
    repositories: [shortRepository(place.repository)],
    requester: null,
    sender,
  };
}

export function repositoriesAdded(place: Place) {
  return {
    action: 'added',
    installation: installationObject(place),
    repository_selection: 'selected',
    repositories_added: [shortRepository(place.repository)],
    repositories_removed: [],
    requester: null,
    sender,
  };
}

export function repositoryCreated(place: Place) {
  return { action: 'created', ...surroundings(place, place.createdAt) };
}
