import { notFound } from '../request.ts';
import { releaseJson } from './delivery-json.ts';
import { list, ok, param, repositoryOf, type Route } from './route.ts';

const permission = 'contents';

export const releaseRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/releases',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const releases = repository.releases.filter(({ draft }) => !draft).toReversed();
      return list(call, releases, (release) => releaseJson(repository, release));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/releases/{release_id}',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const release = repository.releases.find(({ id }) => id === Number(param(call, 'release_id')));
      if (!release) throw notFound();
      return ok(releaseJson(repository, release));
    },
  },
];
