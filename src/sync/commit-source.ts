/** What a source of history is asked about. */
export interface SourceRepository {
  readonly id: number;
  /** `owner/name` */
  readonly fullName: string;
}

export interface SourcePerson {
  readonly name: string;
  readonly email: string;
  /** GitHub's account, where the source knows it. */
  readonly user?: { readonly id: number; readonly login: string; readonly type: string } | undefined;
}

/** A commit with all that webhooks leave out. */
export interface SourceCommit {
  readonly sha: string;
  /** Null where the source does not say, as in the list of a pull request's commits. */
  readonly parents: readonly string[] | null;
  readonly author: SourcePerson;
  readonly committer: SourcePerson;
  /** ISO 8601 in UTC with milliseconds. */
  readonly authored_at: string;
  readonly committed_at: string;
  readonly message: string;
  /** Null where the source can not count; a merge's are against its first parent. */
  readonly additions: number | null;
  readonly deletions: number | null;
  readonly changed_files: number | null;
}

interface SourcePullRequest {
  readonly number: number;
  readonly merge_commit_sha: string | null;
}

export interface SourceListing {
  readonly number: number;
  /** All commits of the pull request. */
  readonly shas: readonly string[];
  /** What the source says of them besides: those of a fork were pushed elsewhere. */
  readonly commits?: readonly SourceCommit[];
}

/**
 * Where the history comes from that webhooks lack: GitHub's API, or a clone. Everything comes in batches, of a size
 * that suits the source; what the source does not have is left out.
 */
export interface CommitSource {
  /** These commits, in any order. */
  commitDetails(request: {
    readonly repository: SourceRepository;
    readonly shas: readonly string[];
  }): AsyncIterable<readonly SourceCommit[]>;

  /** These commits and their ancestors, children first; the reader stops when it knows the rest. The API takes them one by one. */
  history(request: {
    readonly repository: SourceRepository;
    readonly from: readonly string[];
  }): AsyncIterable<readonly SourceCommit[]>;

  /** The commits of merged pull requests. */
  pullRequestCommits(request: {
    readonly repository: SourceRepository;
    readonly pulls: readonly SourcePullRequest[];
  }): AsyncIterable<readonly SourceListing[]>;
}
