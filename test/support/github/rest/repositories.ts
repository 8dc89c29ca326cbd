import { notFound } from '../request.ts';
import type { Repository } from '../truth/repository.ts';
import { fullCommitJson } from './commit-json.ts';
import { repositoryJson } from './json.ts';
import { list, ok, param, type RestCall, repositoryOf, type Route, visible } from './route.ts';

export const repositoryRoutes: Route[] = [
  { route: 'GET /repos/{owner}/{repo}', permission: 'metadata', answer: (call) => ok(fullJson(repositoryOf(call))) },
  {
    route: 'GET /orgs/{org}/repos',
    permission: 'metadata',
    answer: (call) => list(call, visible(call), repositoryJson),
  },
  {
    route: 'GET /repos/{owner}/{repo}/branches',
    permission: 'contents',
    answer: (call) => {
      const repository = repositoryOf(call);
      const branches = [...repository.branches].toSorted(([a], [b]) => (a < b ? -1 : 1));
      return list(call, branches, ([name, sha]) => ({ ...shortRef(repository, name, sha), protected: false }));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/branches/{branch}',
    permission: 'contents',
    answer: (call) => ok(branchJson(call, repositoryOf(call))),
  },
  {
    route: 'GET /repos/{owner}/{repo}/tags',
    permission: 'contents',
    answer: (call) => {
      const repository = repositoryOf(call);
      const api = `https://api.github.com/repos/${repository.fullName}`;
      return list(call, repository.tags.toReversed(), ({ name, sha }) => ({
        ...shortRef(repository, name, sha),
        node_id: `REF_${name}`,
        zipball_url: `${api}/zipball/refs/tags/${name}`,
        tarball_url: `${api}/tarball/refs/tags/${name}`,
      }));
    },
  },
];

function fullJson(repository: Repository): object {
  return {
    ...repositoryJson(repository),
    network_count: 0,
    subscribers_count: 0,
    permissions: { admin: false, maintain: false, push: false, triage: false, pull: true },
  };
}

function shortRef({ fullName }: Repository, name: string, sha: string): object {
  return { name, commit: { sha, url: `https://api.github.com/repos/${fullName}/commits/${sha}` } };
}

function branchJson({ truth, ...call }: RestCall, repository: Repository): object {
  const name = param({ truth, ...call }, 'branch');
  const sha = repository.branches.get(name);
  if (sha === undefined) throw notFound();
  const self = `https://api.github.com/repos/${repository.fullName}/branches/${name}`;
  return {
    name,
    commit: fullCommitJson({ truth, repository }, repository.commit(sha)),
    _links: { self, html: `https://github.com/${repository.fullName}/tree/${name}` },
    protected: false,
    protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
    protection_url: `${self}/protection`,
  };
}
