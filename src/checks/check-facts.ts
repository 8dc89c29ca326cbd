import type { Quality } from '../metrics/query/quality.ts';
import type { PullStages } from '../metrics/query/pull-request-stages.ts';
import type { ChangedFiles, FileRules } from './files/changed-files.ts';
import type { CheckRunSettings } from './settings.ts';

/** All that a check run is made of, of one moment. */
export interface CheckFacts {
  readonly now: Date;
  readonly repository: CheckedRepository;
  readonly settings: CheckRunSettings;
  /** Why the repository's own settings do not count. */
  readonly fileProblem: FileProblem | null;
  /** As `#12`, or what the program calls it that reported it. */
  readonly openIncidents: readonly string[];
  /** Whether what is to be merged mends something: a hotfix, a revert, or what closes an open incident. */
  readonly repairs: boolean;
  /** Null: the head is a merge group's. */
  readonly pull: CheckedPull | null;
  /** What is missing behind the figures. */
  readonly quality: readonly Quality[];
}

export interface CheckedRepository {
  readonly full_name: string;
  /** False: the plan leaves it out. */
  readonly tracked: boolean;
}

export type FileProblem = WrongFile | UnreadFile;

export interface WrongFile {
  /** Such as `.github/shiplog.yml`. */
  readonly file: string;
  readonly line: number | null;
  readonly message: string;
}

/** GitHub did not tell what is in it. */
interface UnreadFile {
  readonly file: string;
  readonly unread: 'forbidden' | 'unavailable';
}

/** A pull request, how it got here, and what became of it. */
export interface CheckedPull {
  readonly about: PullRow;
  readonly reviews: readonly ReviewRow[];
  /** Login of who does not want to see the summary here. */
  readonly hiddenBy: string | null;
  /** Null: it is not open. */
  readonly review: ReviewFacts | null;
  /** Null: the history is not known well enough to say. */
  readonly firstContribution: boolean | null;
  readonly medians: Medians;
  /** Null: deployments are not measured here. */
  readonly path: ProductionPath | null;
  /** Null: it is not merged, or not looked at yet. */
  readonly merged: MergedPull | null;
}

export interface PullRow {
  readonly number: number;
  readonly state: 'open' | 'closed' | 'merged';
  readonly draft: boolean;
  readonly fork: boolean | null;
  readonly author_id: number | null;
  readonly author: string | null;
  readonly head_sha: string;
  readonly base_ref: string;
  readonly head_ref: string;
  readonly body: string | null;
  readonly labels: readonly string[];
  readonly created_at: Date;
  readonly ready_at: Date | null;
  readonly merged_at: Date | null;
  readonly first_commit_at: Date | null;
  readonly first_review_at: Date | null;
  readonly additions: number | null;
  readonly deletions: number | null;
  readonly changed_files: number | null;
  readonly requested_reviewers: readonly string[];
  readonly requested_teams: readonly string[];
}

/** The last word of a reviewer who counts. */
export interface ReviewRow {
  readonly login: string | null;
  readonly state: 'approved' | 'changes_requested' | 'dismissed';
  readonly commit_sha: string | null;
  readonly submitted_at: Date | null;
}

/** What a reviewer has before them. */
export interface ReviewFacts {
  /** Null: they could not be read. */
  readonly files: ChangedFiles | null;
  /** Null: they could not be read. */
  readonly rules: FileRules | null;
  /** Those who approve, as `CODEOWNERS` may name them: `@login`, `@org/team` and emails, in lower case. */
  readonly approvers: readonly string[];
  /** Deployments of the last 90 days that failed with a change of one of the files. */
  readonly failedBefore: readonly FailedBefore[];
}

export interface FailedBefore {
  readonly path: string;
  readonly deployment_id: number;
  /** The pull request that changed it then. */
  readonly number: number;
}

/** Of the last 90 days in the repository: in seconds, and of how many pull requests. */
export interface Median {
  readonly value: number | null;
  readonly n: number;
}

interface Medians {
  readonly pickup: Median;
  readonly review: Median;
  readonly cycle: Median;
}

/** What a pull request has before it. */
export interface ProductionPath {
  /** The last one that finished; null: there is none yet. */
  readonly last: DeploymentRow | null;
  /** Merged to the default branch in the last 30 days and in no deployment, without the pull request itself. */
  readonly waiting: readonly number[];
}

export interface DeploymentRow {
  readonly deployment_id: number;
  readonly environment: string;
  readonly finished_at: Date;
  readonly failures: readonly Failure[];
  /** Who says that it did not fail, so that what is linked to it does not count; null: nobody. */
  readonly clearedBy: string | null;
}

export interface Failure {
  readonly kind: string;
  readonly by: string;
  readonly recovered_at: Date | null;
}

export interface MergedPull {
  readonly merged_at: Date;
  readonly stages: PullStages;
  /** The first deployment to production that has it; null: none yet. */
  readonly deployment: DeploymentRow | null;
  /** It is in production since the first deployment that is known there: nobody knows since when. */
  readonly baseline: Pick<DeploymentRow, 'environment' | 'finished_at'> | null;
  /** Nothing that was merged to its base has come to production, though it could have. */
  readonly offPath: boolean;
  /** Other pull requests of that deployment. */
  readonly shippedWith: readonly number[];
  readonly revertedBy: { readonly number: number; readonly deployed_at: Date | null } | null;
  /** For how long after a deployment an incident counts as its own. */
  readonly attributionHours: number;
}
