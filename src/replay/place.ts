import { idOf, orgId, type ReplayedRepository, repositoryId } from './identity.ts';

/** GitHub's own form of a time: to the second. */
export function githubTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
}

/** Who sends the webhooks. git knows people by email, so no payload names one of them. */
export const sender = botAccount('shiplog-replay[bot]');

export function botAccount(login: string) {
  return { login, id: idOf('user', login), node_id: '', type: 'Bot', site_admin: false };
}

/** What every payload says of its place: the repository as of `time`. */
export interface Place {
  readonly repository: ReplayedRepository;
  readonly branch: string;
  /** In seconds since 1970. */
  readonly createdAt: number;
}

export function account({ org }: ReplayedRepository) {
  return {
    login: org,
    id: orgId({ org, name: '' }),
    node_id: '',
    url: `https://api.github.com/users/${org}`,
    html_url: `https://github.com/${org}`,
    type: 'Organization',
    site_admin: false,
  };
}

export function shortRepository(repository: ReplayedRepository) {
  return {
    id: repositoryId(repository),
    node_id: '',
    name: repository.name,
    full_name: `${repository.org}/${repository.name}`,
    // Nobody said that it is public.
    private: true,
  };
}

export function repositoryObject({ repository, branch, createdAt }: Place, time: number) {
  return {
    ...shortRepository(repository),
    owner: account(repository),
    html_url: `https://github.com/${repository.org}/${repository.name}`,
    url: `https://api.github.com/repos/${repository.org}/${repository.name}`,
    description: null,
    fork: false,
    created_at: githubTime(createdAt),
    updated_at: githubTime(time),
    pushed_at: githubTime(time),
    language: null,
    archived: false,
    disabled: false,
    visibility: 'private',
    default_branch: branch,
    topics: [],
  };
}

/** What all but the installation's own events have in common. */
export function surroundings(place: Place, time: number) {
  return {
    repository: repositoryObject(place, time),
    organization: { login: place.repository.org, id: orgId(place.repository), node_id: '', description: null },
    installation: { id: idOf('installation', place.repository.org.toLowerCase()), node_id: '' },
    sender,
  };
}
