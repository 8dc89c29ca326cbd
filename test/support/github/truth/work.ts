import type { CommitText } from './git-objects.ts';
import type { Team } from './organization.ts';
import type { Person } from './person.ts';

export interface Commit extends CommitText {
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
}

export interface Comment {
  readonly id: number;
  readonly author: Person | null;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ReviewComment extends Comment {
  readonly reviewId: number;
  readonly path: string;
  readonly commitSha: string;
}

export interface Review {
  readonly id: number;
  readonly author: Person | null;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  readonly body: string;
  readonly commitSha: string;
  /** Null while it is pending. */
  readonly submittedAt: string | null;
  updatedAt: string;
}

/** Ready for review, or back to draft. */
export interface DraftChange {
  readonly id: number;
  readonly draft: boolean;
  readonly actor: Person;
  readonly at: string;
}

interface Conversation {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string;
  readonly author: Person | null;
  labels: string[];
  readonly comments: Comment[];
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
}

export interface Issue extends Conversation {
  readonly kind: 'issue';
  stateReason: 'completed' | 'not_planned' | 'reopened' | null;
  closedBy: Person | null;
}

/** What a pull request changes, file by file. */
export interface PullFile {
  readonly path: string;
  readonly additions: number;
  readonly deletions: number;
}

export interface PullRequest extends Conversation {
  readonly kind: 'pull';
  draft: boolean;
  readonly draftChanges: DraftChange[];
  /** Whose review is asked for, and has not come. */
  readonly requestedReviewers: Person[];
  readonly requestedTeams: Team[];
  readonly headRef: string;
  headSha: string;
  readonly baseRef: string;
  baseSha: string;
  /** Its own commits, the oldest first. */
  readonly commits: string[];
  readonly reviews: Review[];
  readonly reviewComments: ReviewComment[];
  mergedAt: string | null;
  mergedBy: Person | null;
  mergeCommitSha: string | null;
  additions: number;
  deletions: number;
  changedFiles: number;
  /** Undefined: its commits' lines are in as many files as these change. */
  files?: PullFile[] | undefined;
  /** A fork has another owner. */
  readonly headOwner: string;
}

export interface Release {
  readonly id: number;
  tagName: string;
  name: string | null;
  readonly author: Person;
  draft: boolean;
  prerelease: boolean;
  readonly targetCommitish: string;
  readonly createdAt: string;
  publishedAt: string | null;
  updatedAt: string;
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: 'success' | 'failure' | 'error' | 'inactive' | 'pending' | 'in_progress' | 'queued';
  readonly creator: Person;
  readonly createdAt: string;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly environment: string;
  readonly production: boolean;
  readonly creator: Person;
  readonly createdAt: string;
  updatedAt: string;
  /** The oldest first. */
  readonly statuses: DeploymentStatus[];
}

export interface WorkflowRun {
  readonly id: number;
  readonly workflowId: number;
  readonly runNumber: number;
  attempt: number;
  readonly name: string;
  readonly path: string;
  readonly trigger: string;
  readonly headBranch: string;
  readonly headSha: string;
  readonly actor: Person;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | null;
  readonly createdAt: string;
  startedAt: string;
  updatedAt: string;
}

export interface CheckRun {
  readonly id: number;
  readonly name: string;
  readonly headSha: string;
  externalId: string;
  status: string;
  conclusion: string | null;
  startedAt: string | null;
  completedAt: string | null;
  detailsUrl: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  annotations: Record<string, unknown>[];
  actions: Record<string, unknown>[];
}
