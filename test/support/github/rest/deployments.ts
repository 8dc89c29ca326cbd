import { notFound } from '../request.ts';
import { deploymentJson, statusJson } from './delivery-json.ts';
import { list, ok, param, type RestCall, repositoryOf, type Route } from './route.ts';

const permission = 'deployments';

export const deploymentRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/deployments',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const { query } = call.request;
      const deployments = repository.deployments.filter(
        ({ environment, sha, ref }) =>
          (query.get('environment') ?? environment) === environment &&
          (query.get('sha') ?? sha) === sha &&
          (query.get('ref') ?? ref) === ref,
      );
      return list(call, deployments.toReversed(), (deployment) => deploymentJson(repository, deployment));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}',
    permission,
    answer: (call) => {
      const { repository, deployment } = deploymentOf(call);
      return ok(deploymentJson(repository, deployment));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    permission,
    answer: (call) => {
      const { repository, deployment } = deploymentOf(call);
      return list(call, deployment.statuses.toReversed(), (status) => statusJson(repository, deployment, status));
    },
  },
];

function deploymentOf(call: RestCall) {
  const repository = repositoryOf(call);
  const deployment = repository.deployments.find(({ id }) => id === Number(param(call, 'deployment_id')));
  if (!deployment) throw notFound();
  return { repository, deployment };
}
