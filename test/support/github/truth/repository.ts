import { commitSha, type CommitText } from './git-objects.ts';
import type { Person, Role } from './person.ts';
import type { CheckRun, Commit, Deployment, Issue, PullRequest, Release, WorkflowRun } from './work.ts';

export interface RepositoryFields {
  readonly id: number;
  owner: string;
  ownerId: number;
  name: string;
  private: boolean;
  archived: boolean;
  fork: boolean;
  description: string | null;
  language: string | null;
  defaultBranch: string;
  readonly createdAt: string;
  updatedAt: string;
  pushedAt: string;
}

export interface Tag {
  readonly name: string;
  readonly sha: string;
}

export interface Workflow {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly createdAt: string;
}

/** One repository with all that is true of it. */
export class Repository implements RepositoryFields {
  declare readonly id: number;
  declare owner: string;
  declare ownerId: number;
  declare name: string;
  declare private: boolean;
  declare archived: boolean;
  declare fork: boolean;
  declare description: string | null;
  declare language: string | null;
  declare defaultBranch: string;
  declare readonly createdAt: string;
  declare updatedAt: string;
  declare pushedAt: string;
  /** The newest commit of each branch. */
  readonly branches = new Map<string, string>();
  /** As `owner/name`; they still lead here. */
  readonly formerNames: string[] = [];
  readonly commits = new Map<string, Commit>();
  readonly pulls: PullRequest[] = [];
  readonly issues: Issue[] = [];
  readonly releases: Release[] = [];
  readonly tags: Tag[] = [];
  readonly deployments: Deployment[] = [];
  readonly workflows: Workflow[] = [];
  readonly workflowRuns: WorkflowRun[] = [];
  readonly checkRuns: CheckRun[] = [];
  /** The files of the default branch that anybody asks for, by path. */
  readonly files = new Map<string, string>();
  /** Direct grants, to members and outside collaborators. */
  readonly collaborators = new Map<Person, Role>();
  #lastNumber = 0;
  #histories = new Map<string, readonly Commit[]>();
  #pullsOf = new Map<string, Set<PullRequest>>();
  #indexed = new Map<PullRequest, readonly string[]>();

  constructor(fields: RepositoryFields) {
    Object.assign(this, fields);
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`;
  }

  /** Issues and pull requests share their numbers. */
  nextNumber(): number {
    this.#lastNumber += 1;
    return this.#lastNumber;
  }

  addCommit(text: CommitText, size: Pick<Commit, 'additions' | 'deletions' | 'changedFiles'>): Commit {
    const commit = { ...size, ...text, sha: commitSha(text) };
    this.commits.set(commit.sha, commit);
    return commit;
  }

  commit(sha: string): Commit {
    const commit = this.commits.get(sha);
    if (!commit) throw new Error(`${this.fullName} has no commit ${sha}`);
    return commit;
  }

  /** What a branch, a tag or a commit's id names. */
  resolve(ref: string): Commit | undefined {
    const name = ref.replace(/^refs\/(heads|tags)\//, '');
    const sha = this.branches.get(name) ?? this.tags.find((tag) => tag.name === name)?.sha ?? name;
    return this.commits.get(sha);
  }

  pull(number: number): PullRequest | undefined {
    return this.pulls.find((pull) => pull.number === number);
  }

  /** Say so whenever a pull request's commits change. */
  indexPull(pull: PullRequest): void {
    for (const sha of this.#indexed.get(pull) ?? []) this.#pullsOf.get(sha)?.delete(pull);
    const shas = [...pull.commits, ...(pull.mergeCommitSha === null ? [] : [pull.mergeCommitSha])];
    for (const sha of shas) {
      const pulls = this.#pullsOf.get(sha) ?? new Set();
      this.#pullsOf.set(sha, pulls.add(pull));
    }
    this.#indexed.set(pull, shas);
  }

  pullsOf(sha: string): readonly PullRequest[] {
    return [...(this.#pullsOf.get(sha) ?? [])];
  }

  /** A commit and its ancestors as `git log` lists them: by commit date, children before their parents. */
  history(sha: string): readonly Commit[] {
    const known = this.#histories.get(sha);
    if (known) return known;
    const history = this.#walk(sha);
    if (this.#histories.size > 50) this.#histories.clear();
    this.#histories.set(sha, history);
    return history;
  }

  #walk(from: string): readonly Commit[] {
    const children = new Map<string, number>();
    const seen = new Set([from]);
    const stack = [from];
    for (let sha = stack.pop(); sha !== undefined; sha = stack.pop()) {
      for (const parent of this.commit(sha).parents) {
        children.set(parent, (children.get(parent) ?? 0) + 1);
        if (!seen.has(parent)) stack.push(parent);
        seen.add(parent);
      }
    }
    const ready = [this.commit(from)];
    const listed: Commit[] = [];
    for (let commit = ready.pop(); commit; commit = ready.pop()) {
      listed.push(commit);
      for (const parent of commit.parents) {
        const left = (children.get(parent) ?? 0) - 1;
        children.set(parent, left);
        if (left === 0) insertByDate(ready, this.commit(parent));
      }
    }
    return listed;
  }
}

/** The newest last; `ready` stays as short as there are parallel branches. */
function insertByDate(ready: Commit[], commit: Commit): void {
  let index = ready.length;
  while (index > 0 && (ready[index - 1]?.committer.at ?? '') > commit.committer.at) index -= 1;
  ready.splice(index, 0, commit);
}
