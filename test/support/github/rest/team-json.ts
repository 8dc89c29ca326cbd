import type { Json } from '../../example-payloads.ts';
import { nodeId } from '../node-id.ts';
import type { Organization, Team } from '../truth/organization.ts';

export function organizationJson({ id, login, createdAt, repositories }: Organization): Json {
  const url = `https://api.github.com/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('O', id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    description: null,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: repositories.filter((repository) => !repository.private).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: `https://github.com/${login}`,
    type: 'Organization',
    created_at: createdAt,
    updated_at: createdAt,
    archived_at: null,
  };
}

export function teamJson(organization: Organization, team: Team): Json {
  return {
    ...simpleTeamJson(organization, team),
    parent: team.parent ? simpleTeamJson(organization, team.parent) : null,
  };
}

function simpleTeamJson(organization: Organization, { id, name, slug, description }: Team): Json {
  const url = `https://api.github.com/organizations/${organization.id}/team/${id}`;
  return {
    id,
    node_id: nodeId('T', organization.id, id),
    name,
    slug,
    description,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    url,
    html_url: `https://github.com/orgs/${organization.login}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    organization_id: organization.id,
  };
}
