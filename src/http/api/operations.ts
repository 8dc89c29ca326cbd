import type { Api, ApiDeps } from './api-env.ts';
import { addAccessChanges } from './access-changes.ts';
import { addAdminOrgs } from './admin-orgs.ts';
import { addArchive } from './archive.ts';
import { addAuditLog } from './audit-log.ts';
import { addBranding } from './branding.ts';
import { addCheckRunSettings } from './check-run.ts';
import { addCommits } from './commits.ts';
import { addContributors } from './contributors.ts';
import { addDataHealth } from './data-health.ts';
import { addDeliveries } from './deliveries.ts';
import { addDeploymentMarks } from './deployment-marks.ts';
import { addDeploymentReports } from './deployment-reports.ts';
import { addDeployments } from './deployments.ts';
import { addEnvironments } from './environments.ts';
import { addErasures } from './erasures.ts';
import { addEvents } from './events.ts';
import { addExports } from './exports.ts';
import { addIncidentReports } from './incident-reports.ts';
import { addIncidents } from './incidents.ts';
import { addInvitations } from './invitations.ts';
import { addIssues } from './issues.ts';
import { addJobs } from './jobs.ts';
import { addListExports } from './list-exports.ts';
import { addLogo } from './logo.ts';
import { addMe } from './me.ts';
import { addMembers } from './members.ts';
import { addMetricDefinitions } from './metric-definitions.ts';
import { addMetrics } from './metrics.ts';
import { addOrgs } from './orgs.ts';
import { addPersonAccess } from './person-access.ts';
import { addPlan } from './plan.ts';
import { addPullCheckRun } from './pull-check-run.ts';
import { addPulls } from './pulls.ts';
import { addPurges } from './purges.ts';
import { addReleases } from './releases.ts';
import { addRepositories } from './repositories.ts';
import { addRepositoryAccess } from './repository-access.ts';
import { addRepositoryTracking } from './repository-tracking.ts';
import { addReviews } from './reviews.ts';
import { addServedBranding } from './served-branding.ts';
import { addSettings } from './settings.ts';
import { addShared } from './shared.ts';
import { addShares } from './shares.ts';
import { addSync } from './sync.ts';
import { addTeams } from './teams.ts';
import { addTokens } from './tokens.ts';
import { addUsage } from './usage.ts';

/** Every operation under `/api/v1`. */
export function addOperations(api: Api, deps: ApiDeps): void {
  addOrganization(api, deps);
  addPeople(api, deps);
  addWork(api, deps);
  addNumbers(api, deps);
  addAdministration(api, deps);
}

function addOrganization(api: Api, deps: ApiDeps): void {
  addMe(api);
  addOrgs(api, deps);
  addEvents(api, deps);
  addArchive(api, deps);
  addRepositories(api);
  addRepositoryTracking(api);
  addPlan(api);
  addUsage(api);
  addSettings(api, deps);
  addBranding(api, deps);
  addLogo(api);
  addServedBranding(api);
  addMembers(api);
  addInvitations(api);
  addAuditLog(api, deps);
  addTokens(api);
}

function addPeople(api: Api, deps: ApiDeps): void {
  addContributors(api, deps);
  addErasures(api, deps);
  addTeams(api);
  addRepositoryAccess(api);
  addPersonAccess(api);
  addAccessChanges(api);
}

function addWork(api: Api, deps: ApiDeps): void {
  addCommits(api);
  addPulls(api);
  addPullCheckRun(api);
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
  addDataHealth(api, deps);
}

function addNumbers(api: Api, deps: ApiDeps): void {
  addMetrics(api);
  addShares(api);
  addShared(api);
  addMetricDefinitions(api, deps);
  addCheckRunSettings(api, deps);
  addListExports(api, deps);
  addExports(api, deps);
}

function addAdministration(api: Api, deps: ApiDeps): void {
  addAdminOrgs(api, deps);
  addPurges(api, deps);
  addJobs(api, deps);
  addDeliveries(api, deps);
}
