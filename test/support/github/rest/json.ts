import type { Json } from '../../example-payloads.ts';
import { repositoryPayload } from '../../payloads.ts';
import { nodeId } from '../node-id.ts';
import { repositoryOptions } from '../payload-options.ts';
import type { Organization } from '../truth/organization.ts';
import type { Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import type { Installation } from '../truth/truth.ts';

const API = 'https://api.github.com';

export function personJson(person: Person): Json;
export function personJson(person: Person | null): Json | null;
export function personJson(person: Person | null): Json | null {
  if (!person) return null;
  const { id, login, type } = person;
  return accountJson({ id, login, type, prefix: type === 'Bot' ? 'BOT' : 'U' });
}

export function ownerJson({ id, login }: Pick<Organization, 'id' | 'login'>): Json {
  return accountJson({ id, login, type: 'Organization', prefix: 'O' });
}

interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: string;
  readonly prefix: string;
}

function accountJson({ id, login, type, prefix }: Account): Json {
  const url = `${API}/users/${login}`;
  return {
    login,
    id,
    node_id: nodeId(prefix, id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: '',
    url,
    html_url: `https://github.com/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: 'public',
    site_admin: false,
  };
}

export function repositoryJson(repository: Repository): Json {
  const url = `${API}/repos/${repository.fullName}`;
  return {
    ...repositoryPayload(repositoryOptions(repository)),
    node_id: nodeId('R', repository.id),
    owner: ownerJson({ id: repository.ownerId, login: repository.owner }),
    url,
    description: repository.description,
  };
}

export function installationJson(installation: Installation): Json {
  const { id, organization, suspendedAt } = installation;
  return {
    id,
    account: ownerJson(organization),
    repository_selection: installation.repositorySelection,
    access_tokens_url: `${API}/app/installations/${id}/access_tokens`,
    repositories_url: `${API}/installation/repositories`,
    html_url: `https://github.com/organizations/${organization.login}/settings/installations/${id}`,
    app_id: 29_310,
    client_id: 'Iv1.0123456789abcdef',
    app_slug: 'shiplog',
    target_id: organization.id,
    target_type: 'Organization',
    permissions: installation.permissions,
    events: installation.events,
    created_at: installation.createdAt,
    updated_at: installation.updatedAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: suspendedAt,
  };
}
