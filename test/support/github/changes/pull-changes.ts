import type { Json } from '../../example-payloads.ts';
import { personJson } from '../rest/json.ts';
import { labelJson, pullJson, reviewCommentJson, reviewJson, simplePullJson } from '../rest/work-json.ts';
import type { Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import type { Commit, PullFile, PullRequest, Review, ReviewComment } from '../truth/work.ts';
import type { GitChanges } from './git-changes.ts';
import type { World } from './world.ts';

export interface PullFields {
  readonly author?: Person;
  readonly title?: string;
  readonly body?: string;
  readonly draft?: boolean;
  readonly labels?: readonly string[];
  readonly commits?: number;
  readonly files?: readonly PullFile[];
}

/** What happens to pull requests. */
export class PullChanges {
  readonly #world: World;
  readonly #git: GitChanges;

  constructor(world: World, git: GitChanges) {
    this.#world = world;
    this.#git = git;
  }

  async openPullRequest(repository: Repository, fields: PullFields = {}): Promise<PullRequest> {
    const author = this.#world.sender(this.#world.truth.organizationOf(repository), fields.author);
    const number = repository.nextNumber();
    const headRef = `later-${number}`;
    const baseSha = repository.branches.get(repository.defaultBranch) ?? '';
    const commits = await this.#git.push(repository, { branch: headRef, author, commits: fields.commits ?? 1 });
    const createdAt = this.#world.tick();
    const pull: PullRequest = {
      kind: 'pull',
      id: this.#world.truth.nextId(),
      number,
      title: fields.title ?? `Later pull request ${number}`,
      body: fields.body ?? 'Because.',
      author,
      labels: [...(fields.labels ?? [])],
      comments: [],
      createdAt,
      updatedAt: createdAt,
      closedAt: null,
      draft: fields.draft ?? false,
      draftChanges: [],
      requestedReviewers: [],
      requestedTeams: [],
      headRef,
      headSha: commits.at(-1)?.sha ?? baseSha,
      baseRef: repository.defaultBranch,
      baseSha,
      commits: commits.map(({ sha }) => sha),
      reviews: [],
      reviewComments: [],
      mergedAt: null,
      mergedBy: null,
      mergeCommitSha: null,
      ...(fields.files ? sizeOf(fields.files) : size(commits)),
      headOwner: repository.owner,
    };
    repository.pulls.push(pull);
    repository.indexPull(pull);
    await this.#tell(repository, pull, { action: 'opened', sender: author });
    return pull;
  }

  /** More commits on its branch; `force` replaces those that it has. */
  async pushToPull(repository: Repository, pull: PullRequest, { commits = 1, force = false } = {}): Promise<void> {
    const author = this.#world.sender(this.#world.truth.organizationOf(repository), pull.author ?? undefined);
    const before = pull.headSha;
    const onto = force ? { onto: pull.baseSha } : {};
    const made = await this.#git.push(repository, { branch: pull.headRef, author, commits, ...onto });
    if (force) pull.commits.length = 0;
    pull.commits.push(...made.map(({ sha }) => sha));
    pull.headSha = made.at(-1)?.sha ?? before;
    if (!pull.files) Object.assign(pull, size(pull.commits.map((sha) => repository.commit(sha))));
    repository.indexPull(pull);
    pull.updatedAt = this.#world.tick();
    await this.#tell(repository, pull, { action: 'synchronize', more: { before, after: pull.headSha } });
  }

  async setDraft(repository: Repository, pull: PullRequest, draft: boolean): Promise<void> {
    const actor = this.#world.sender(this.#world.truth.organizationOf(repository), pull.author ?? undefined);
    pull.updatedAt = this.#world.tick();
    pull.draft = draft;
    pull.draftChanges.push({ id: this.#world.truth.nextId(), draft, actor, at: pull.updatedAt });
    const action = draft ? 'converted_to_draft' : 'ready_for_review';
    await this.#tell(repository, pull, { action, sender: actor });
  }

  async retitlePull(repository: Repository, pull: PullRequest, title: string): Promise<void> {
    const changes = { title: { from: pull.title } };
    pull.title = title;
    pull.updatedAt = this.#world.tick();
    await this.#tell(repository, pull, { action: 'edited', more: { changes } });
  }

  async labelPull(repository: Repository, pull: PullRequest, label: string): Promise<void> {
    pull.labels.push(label);
    pull.updatedAt = this.#world.tick();
    await this.#tell(repository, pull, { action: 'labeled', more: { label: labelJson(repository, label) } });
  }

  async requestReview(repository: Repository, pull: PullRequest, reviewer: Person): Promise<void> {
    pull.requestedReviewers.push(reviewer);
    pull.updatedAt = this.#world.tick();
    const more = { requested_reviewer: personJson(reviewer) };
    await this.#tell(repository, pull, { action: 'review_requested', more });
  }

  async review(
    repository: Repository,
    pull: PullRequest,
    { author, state = 'APPROVED' }: { author: Person; state?: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' },
  ): Promise<Review> {
    const submittedAt = this.#world.tick();
    const id = this.#world.truth.nextId();
    const review: Review = {
      id,
      author,
      state,
      body: '',
      commitSha: pull.headSha,
      submittedAt,
      updatedAt: submittedAt,
    };
    pull.reviews.push(review);
    if (pull.requestedReviewers.includes(author)) {
      pull.requestedReviewers.splice(pull.requestedReviewers.indexOf(author), 1);
    }
    pull.updatedAt = submittedAt;
    await this.#tellOfReview(repository, pull, { action: 'submitted', review, sender: author });
    return review;
  }

  async dismissReview(repository: Repository, pull: PullRequest, review: Review): Promise<void> {
    review.state = 'DISMISSED';
    review.updatedAt = this.#world.tick();
    pull.updatedAt = review.updatedAt;
    await this.#tellOfReview(repository, pull, { action: 'dismissed', review });
  }

  async commentOnLine(repository: Repository, pull: PullRequest, review: Review): Promise<ReviewComment> {
    const createdAt = this.#world.tick();
    const comment: ReviewComment = {
      id: this.#world.truth.nextId(),
      author: review.author,
      body: 'Why?',
      createdAt,
      updatedAt: createdAt,
      reviewId: review.id,
      path: 'history.txt',
      commitSha: pull.headSha,
    };
    pull.reviewComments.push(comment);
    pull.updatedAt = createdAt;
    const pull_request = simplePullJson(repository, pull);
    await this.#world.tellOfRepository(repository, {
      event: 'pull_request_review_comment',
      sender: review.author ?? undefined,
      payload: { action: 'created', comment: reviewCommentJson(repository, pull, comment), pull_request },
    });
    return comment;
  }

  /** By a merge commit, squashed, or rebased; the branch stays. */
  async merge(
    repository: Repository,
    pull: PullRequest,
    { way = 'merge', by }: { way?: 'merge' | 'squash' | 'rebase'; by?: Person } = {},
  ): Promise<void> {
    const sender = this.#world.sender(this.#world.truth.organizationOf(repository), by);
    const commits = this.#mergeCommits(repository, pull, { way, sender });
    const after = commits.at(-1)?.sha ?? pull.headSha;
    const pushed = way === 'merge' ? [...pull.commits.map((sha) => repository.commit(sha)), ...commits] : commits;
    await this.#git.moveBranch(repository, { branch: pull.baseRef, after, commits: pushed, sender });
    pull.mergeCommitSha = after;
    pull.mergedBy = sender;
    pull.mergedAt = this.#world.tick();
    pull.closedAt = pull.mergedAt;
    pull.updatedAt = pull.mergedAt;
    repository.indexPull(pull);
    await this.#tell(repository, pull, { action: 'closed', sender });
  }

  async closePullRequest(repository: Repository, pull: PullRequest): Promise<void> {
    pull.closedAt = this.#world.tick();
    pull.updatedAt = pull.closedAt;
    await this.#tell(repository, pull, { action: 'closed' });
  }

  async reopenPullRequest(repository: Repository, pull: PullRequest): Promise<void> {
    pull.closedAt = null;
    pull.updatedAt = this.#world.tick();
    await this.#tell(repository, pull, { action: 'reopened' });
  }

  #mergeCommits(repository: Repository, pull: PullRequest, { way, sender }: { way: string; sender: Person }): Commit[] {
    const base = repository.branches.get(pull.baseRef) ?? pull.baseSha;
    const author = pull.author ?? sender;
    if (way === 'merge') {
      const message = `Merge pull request #${pull.number} from ${pull.headOwner}/${pull.headRef}\n\n${pull.title}`;
      return [this.#git.commit(repository, { parents: [base, pull.headSha], author: sender, message })];
    }
    if (way === 'squash') {
      const message = `${pull.title} (#${pull.number})`;
      return [this.#git.commit(repository, { parents: [base], author, message })];
    }
    const made: Commit[] = [];
    for (const sha of pull.commits) {
      const { message } = repository.commit(sha);
      made.push(this.#git.commit(repository, { parents: [made.at(-1)?.sha ?? base], author, message }));
    }
    return made;
  }

  #tell(repository: Repository, pull: PullRequest, { action, sender, more = {} }: PullEvent): Promise<void> {
    return this.#world.tellOfRepository(repository, {
      event: 'pull_request',
      sender: sender ?? pull.author ?? undefined,
      payload: { action, number: pull.number, pull_request: pullJson(repository, pull), ...more },
    });
  }

  #tellOfReview(repository: Repository, pull: PullRequest, { action, review, sender }: ReviewEvent): Promise<void> {
    const json = reviewJson(repository, pull, review);
    return this.#world.tellOfRepository(repository, {
      event: 'pull_request_review',
      sender,
      payload: {
        action,
        review: { ...json, body: null, state: review.state.toLowerCase(), updated_at: review.updatedAt },
        pull_request: simplePullJson(repository, pull),
      },
    });
  }
}

interface PullEvent {
  readonly action: string;
  readonly sender?: Person;
  readonly more?: Json;
}

interface ReviewEvent {
  readonly action: 'submitted' | 'dismissed';
  readonly review: Review;
  readonly sender?: Person;
}

function sizeOf(files: readonly PullFile[]): Pick<PullRequest, 'additions' | 'deletions' | 'changedFiles' | 'files'> {
  const add = (key: 'additions' | 'deletions') => files.reduce((total, file) => total + file[key], 0);
  return { additions: add('additions'), deletions: add('deletions'), changedFiles: files.length, files: [...files] };
}

function size(commits: readonly Commit[]): Pick<PullRequest, 'additions' | 'deletions' | 'changedFiles'> {
  const add = (key: 'additions' | 'deletions' | 'changedFiles') =>
    commits.reduce((total, commit) => total + commit[key], 0);
  return { additions: add('additions'), deletions: add('deletions'), changedFiles: add('changedFiles') };
}
