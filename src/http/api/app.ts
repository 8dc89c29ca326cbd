import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { etag, RETAINED_304_HEADERS } from 'hono/etag';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import type { z } from 'zod';
import type { Logger } from '../../logging.ts';
import { createIsOperator } from '../operator.ts';
import { addLogin } from '../login/login.ts';
import { problemOf, problemResponse } from '../problem.ts';
import type { FieldError } from '../problem-details.ts';
import type { Api, ApiDeps, ApiEnv } from './api-env.ts';
import { addAccessChanges } from './access-changes.ts';
import { addAdminOrgs } from './admin-orgs.ts';
import { addAuditLog } from './audit-log.ts';
import { identifyCaller } from './caller.ts';
import { addCheckRunSettings } from './check-run.ts';
import { addBranding } from './branding.ts';
import { addCommits } from './commits.ts';
import { addContributors } from './contributors.ts';
import { addDataHealth } from './data-health.ts';
import { addDeliveries } from './deliveries.ts';
import { addDeploymentMarks } from './deployment-marks.ts';
import { addDeploymentReports } from './deployment-reports.ts';
import { addDeployments } from './deployments.ts';
import { addDocs } from './docs.ts';
import { addEnvironments } from './environments.ts';
import { addErasures } from './erasures.ts';
import { addExports } from './exports.ts';
import { addInvitations } from './invitations.ts';
import { addIssues } from './issues.ts';
import { addMe } from './me.ts';
import { addMembers } from './members.ts';
import { requireOwnPage } from './csrf.ts';
import { addIncidentReports } from './incident-reports.ts';
import { addIncidents } from './incidents.ts';
import { addJobs } from './jobs.ts';
import { addListExports } from './list-exports.ts';
import { addLogo } from './logo.ts';
import { addMetricDefinitions } from './metric-definitions.ts';
import { addMetrics } from './metrics.ts';
import { addOrgs } from './orgs.ts';
import { addPersonAccess } from './person-access.ts';
import { addPlan } from './plan.ts';
import { addPulls } from './pulls.ts';
import { limitRate } from './rate-limit.ts';
import { addPurges } from './purges.ts';
import { limitBody } from './request-body.ts';
import { addReleases } from './releases.ts';
import { addRepositories } from './repositories.ts';
import { addRepositoryTracking } from './repository-tracking.ts';
import { addRepositoryAccess } from './repository-access.ts';
import { addTeams } from './teams.ts';
import { addReviews } from './reviews.ts';
import { addServedBranding } from './served-branding.ts';
import { addShared } from './shared.ts';
import { addShares } from './shares.ts';
import { selectTenant } from './served-tenant.ts';
import { addSettings } from './settings.ts';
import { addSync } from './sync.ts';
import { addTokens } from './tokens.ts';
import { addUsage } from './usage.ts';

/** The HTTP API, with its description at `/openapi.json` and `/docs`. */
export function createApi(deps: ApiDeps): Api {
  const api: Api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) => (result.success ? undefined : invalidRequest(result, c)),
  });
  addMiddleware(api, deps);
  addMe(api);
  addOrgs(api, deps);
  addRepositories(api);
  addRepositoryTracking(api);
  addPlan(api);
  addUsage(api);
  addSettings(api, deps);
  addBranding(api, deps);
  addLogo(api);
  addServedBranding(api);
  addContributors(api);
  addErasures(api, deps);
  addTeams(api);
  addRepositoryAccess(api);
  addPersonAccess(api);
  addAccessChanges(api);
  addCommits(api);
  addPulls(api);
  addReviews(api);
  addIssues(api);
  addReleases(api);
  addDeployments(api);
  addDeploymentReports(api, deps);
  addDeploymentMarks(api);
  addEnvironments(api);
  addIncidents(api);
  addIncidentReports(api, deps);
  addSync(api, deps);
  addMetrics(api);
  addShares(api);
  addShared(api);
  addMetricDefinitions(api, deps);
  addCheckRunSettings(api, deps);
  addListExports(api, deps);
  addExports(api, deps);
  addDataHealth(api, deps);
  addAdminOrgs(api, deps);
  addPurges(api, deps);
  addJobs(api, deps);
  addDeliveries(api, deps);
  addMembers(api);
  addInvitations(api);
  addAuditLog(api, deps);
  addTokens(api);
  addLogin(api, { db: deps.db, login: deps.login });
  addDocs(api);
  api.notFound((c) => problemResponse(c, { status: 404, detail: `There is nothing at ${c.req.path}. See /docs.` }));
  api.onError((error, c) => {
    const problem = problemOf(error);
    if (problem.status >= 500) {
      const fields = { request: c.var.requestId, method: c.req.method, path: loggedPath(c), status: problem.status };
      deps.log.error({ ...fields, err: error }, 'request failed');
    }
    return problemResponse(c, problem);
  });
  return api;
}

function addMiddleware(api: Api, { db, log, operatorToken, publicUrl, rateLimits }: ApiDeps): void {
  api.use(requestId());
  api.use(async (c, next) => {
    c.set('db', db);
    c.set('publicUrl', publicUrl);
    await next();
  });
  api.use(selectTenant(db, publicUrl));
  api.use(logRequests(log));
  api.use(
    secureHeaders({
      // The page of the documentation has a policy of its own.
      overwrite: false,
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      strictTransportSecurity: publicUrl?.startsWith('https:') ? 'max-age=15552000' : false,
      xFrameOptions: 'DENY',
    }),
  );
  api.use(privateCache);
  const tagged = etag({ weak: true, retainedHeaders: [...RETAINED_304_HEADERS, 'x-request-id', 'link'] });
  // A tag is of the whole answer, which an export is not kept in memory for.
  api.use((c, next) => (c.req.path.endsWith('.csv') ? next() : tagged(c, next)));
  const limit = limitRate(rateLimits);
  const identify = identifyCaller({ db, isOperator: createIsOperator(operatorToken) });
  for (const path of ['/api/*', '/login/*', '/logout']) api.use(path, identify, limit, requireOwnPage, limitBody);
  api.use(methodNotAllowed({ app: api, onMethodNotAllowed: (c, methods) => notAllowed(c, methods) }));
}

const notAllowed = (c: Context<ApiEnv>, methods: readonly string[]) =>
  problemResponse(c, {
    status: 405,
    detail: `${c.req.method} is not possible here; use ${methods.join(' or ')}.`,
    headers: { allow: methods.join(', ') },
  });

/** Who may read an answer depends on the caller; whether it has changed, the ETag tells. */
const privateCache: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  if (c.res.headers.has('cache-control')) return;
  c.res.headers.set('cache-control', 'private, no-cache');
  c.res.headers.append('vary', 'Authorization, Cookie');
};

/** The address of what is shared is all that it takes to see it. */
function loggedPath(c: Context<ApiEnv>): string {
  return c.req.path.replace(/shs_[^/]*/, 'shs_…');
}

function logRequests(log: Logger): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const duration_ms = Math.round(performance.now() - started);
    const fields = { request: c.var.requestId, method: c.req.method, path: loggedPath(c), status: c.res.status };
    log.debug({ ...fields, duration_ms }, 'request answered');
  };
}

function invalidRequest({ error, target }: { error: z.ZodError; target: string }, c: Context<ApiEnv>): Response {
  const part = target === 'param' ? 'path' : target === 'json' ? 'body' : target;
  const errors = error.issues.flatMap((issue): FieldError[] => {
    const pointer = `#/${[part, ...issue.path.map(String)].map(escapePointer).join('/')}`;
    if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
    const detail = 'is not known here; see /docs for what is';
    return issue.keys.map((key) => ({ pointer: `${pointer}/${escapePointer(key)}`, detail }));
  });
  return problemResponse(c, { status: 400, detail: 'The request is not right: see errors.', errors });
}

function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
