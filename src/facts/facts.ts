import { branches } from './branches.ts';
import { checkRuns } from './check-runs.ts';
import { comments } from './comments.ts';
import { commits } from './commits.ts';
import { contributorEmails } from './contributor-emails.ts';
import { contributorLogins } from './contributor-logins.ts';
import { contributors } from './contributors.ts';
import { customRepositoryRoles } from './custom-repository-roles.ts';
import { deploymentStatuses } from './deployment-statuses.ts';
import { deployments } from './deployments.ts';
import type { FactOf } from './fact-table.ts';
import { installations } from './installations.ts';
import { issues } from './issues.ts';
import { organizationMembers } from './organization-members.ts';
import { organizationSettings } from './organization-settings.ts';
import { pullRequestCommits } from './pull-request-commits.ts';
import { pullRequests } from './pull-requests.ts';
import { pushes } from './pushes.ts';
import { releases } from './releases.ts';
import { reportedIncidents } from './reported-incidents.ts';
import { repositories } from './repositories.ts';
import { repositoryCollaborators } from './repository-collaborators.ts';
import { reviews } from './reviews.ts';
import { tags } from './tags.ts';
import { teamMemberChanges } from './team-member-changes.ts';
import { teamMembers } from './team-members.ts';
import { teamRepositories } from './team-repositories.ts';
import { teamRepositoryChanges } from './team-repository-changes.ts';
import { teams } from './teams.ts';
import { tenants } from './tenants.ts';
import { workflowRuns } from './workflow-runs.ts';

/** Every fact table, in the order in which `apply` writes them: one order for all, so that no two batches deadlock. */
export const factTables = {
  tenants,
  installations,
  organization_members: organizationMembers,
  organization_settings: organizationSettings,
  custom_repository_roles: customRepositoryRoles,
  contributors,
  contributor_logins: contributorLogins,
  contributor_emails: contributorEmails,
  teams,
  team_members: teamMembers,
  team_member_changes: teamMemberChanges,
  repositories,
  team_repositories: teamRepositories,
  team_repository_changes: teamRepositoryChanges,
  repository_collaborators: repositoryCollaborators,
  branches,
  tags,
  commits,
  pushes,
  pull_requests: pullRequests,
  pull_request_commits: pullRequestCommits,
  reviews,
  comments,
  issues,
  releases,
  workflow_runs: workflowRuns,
  deployments,
  deployment_statuses: deploymentStatuses,
  reported_incidents: reportedIncidents,
  check_runs: checkRuns,
} as const;

export type FactTableName = keyof typeof factTables;

/** Rows that say what happened, by table: what a mapper returns and `apply` writes. All of one tenant. */
export type Facts = { readonly [T in FactTableName]?: readonly FactOf<(typeof factTables)[T]>[] };
