import type { MiddlewareHandler } from 'hono';
import { bearerToken } from '../operator.ts';
import { problemResponse } from '../problem.ts';
import type { ApiEnv } from './api-env.ts';

/** Who may call what. */
const requirements = {
  listOrgs: 'operator',
  getOrg: 'operator',
  listRepositories: 'operator',
  getRepository: 'operator',
  listRepositoryAccess: 'operator',
  listPersonAccess: 'operator',
  listAccessChanges: 'operator',
  listTeams: 'operator',
  getTeam: 'operator',
  listTeamMembers: 'operator',
  listContributors: 'operator',
  getContributor: 'operator',
  listCommits: 'operator',
  listPullRequests: 'operator',
  getPullRequest: 'operator',
  listIssues: 'operator',
  listReviews: 'operator',
  listReleases: 'operator',
  listDeployments: 'operator',
  getDeployment: 'operator',
  markDeploymentFailed: 'operator',
  unmarkDeploymentFailed: 'operator',
  linkIncident: 'operator',
  unlinkIncident: 'operator',
  getSync: 'operator',
  listSyncedRepositories: 'operator',
  startSync: 'operator',
  getDataHealth: 'operator',
  listRepositoryHealth: 'operator',
  cancelSync: 'operator',
  listMetrics: 'operator',
  getMetric: 'operator',
  listMetricRows: 'operator',
  explainMetric: 'operator',
  exportRows: 'operator',
  getMetricDefinition: 'operator',
  changeMetricDefinition: 'operator',
  listDeliveries: 'operator',
  getDelivery: 'operator',
  replayDelivery: 'operator',
} as const;

export type OperationId = keyof typeof requirements;

/** Lets a request to an operation pass when its caller may do it. */
export function requireAccess(operationId: OperationId): MiddlewareHandler<ApiEnv> {
  const checks = { operator: requireOperator } satisfies Record<(typeof requirements)[OperationId], unknown>;
  return checks[requirements[operationId]];
}

const requireOperator: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const token = bearerToken(c.req.header('authorization'));
  if (token !== undefined && c.var.isOperator(token)) return next();
  const challenge = 'Bearer realm="shiplog"';
  if (!c.var.operatorConfigured) {
    const detail =
      'No operator token is set, so nobody can read the API. Start Shiplog with SHIPLOG_OPERATOR_TOKEN set to a secret of at least 16 characters, and send it as "Authorization: Bearer …".';
    return problemResponse(c, { status: 401, detail, headers: { 'www-authenticate': challenge } });
  }
  if (token === undefined) {
    const detail = 'Send the operator token (SHIPLOG_OPERATOR_TOKEN) as "Authorization: Bearer …".';
    return problemResponse(c, { status: 401, detail, headers: { 'www-authenticate': challenge } });
  }
  const detail = 'The token is not right. It must be the value of SHIPLOG_OPERATOR_TOKEN.';
  const headers = { 'www-authenticate': `${challenge}, error="invalid_token"` };
  return problemResponse(c, { status: 401, detail, headers });
};
