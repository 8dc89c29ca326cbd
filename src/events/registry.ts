import { mapCheckRun } from './check-run.ts';
import { mapCheckSuite } from './check-suite.ts';
import { mapCommitComment } from './commit-comment.ts';
import { mapCreate } from './create.ts';
import { mapDelete } from './delete.ts';
import { mapDeploymentStatus } from './deployment-status.ts';
import { mapDeployment } from './deployment.ts';
import type { EventMapper } from './event.ts';
import { mapInstallationRepositories } from './installation-repositories.ts';
import { mapInstallationTarget } from './installation-target.ts';
import { mapInstallation } from './installation.ts';
import { mapIssueComment } from './issue-comment.ts';
import { mapIssues } from './issues.ts';
import { mapMember } from './member.ts';
import { mapMembership } from './membership.ts';
import { mapMergeGroup } from './merge-group.ts';
import { mapNoFacts } from './no-facts.ts';
import { mapOrganization } from './organization.ts';
import { mapPullRequestReviewComment } from './pull-request-review-comment.ts';
import { mapPullRequestReviewThread } from './pull-request-review-thread.ts';
import { mapPullRequestReview } from './pull-request-review.ts';
import { mapPullRequest } from './pull-request.ts';
import { mapPush } from './push.ts';
import { mapRelease } from './release.ts';
import { mapRepository } from './repository.ts';
import { mapTeam } from './team.ts';
import { mapWorkflowRun } from './workflow-run.ts';

/** GitHub sends these to every app; they can not be subscribed to. */
const unasked = {
  github_app_authorization: mapNoFacts,
  installation: mapInstallation,
  installation_repositories: mapInstallationRepositories,
  installation_target: mapInstallationTarget,
  ping: mapNoFacts,
} satisfies Record<string, EventMapper>;

const subscribed = {
  check_run: mapCheckRun,
  check_suite: mapCheckSuite,
  commit_comment: mapCommitComment,
  create: mapCreate,
  delete: mapDelete,
  deployment: mapDeployment,
  deployment_status: mapDeploymentStatus,
  issue_comment: mapIssueComment,
  issues: mapIssues,
  member: mapMember,
  membership: mapMembership,
  merge_group: mapMergeGroup,
  organization: mapOrganization,
  public: mapRepository,
  pull_request: mapPullRequest,
  pull_request_review: mapPullRequestReview,
  pull_request_review_comment: mapPullRequestReviewComment,
  pull_request_review_thread: mapPullRequestReviewThread,
  push: mapPush,
  release: mapRelease,
  repository: mapRepository,
  team: mapTeam,
  team_add: mapTeam,
  workflow_run: mapWorkflowRun,
} satisfies Record<string, EventMapper>;

/** Every event that the app knows, with its mapper. */
export const mappers: Readonly<Record<string, EventMapper>> = { ...unasked, ...subscribed };

/** What the app's manifest asks for. */
export const subscribedEvents: readonly string[] = Object.keys(subscribed);
