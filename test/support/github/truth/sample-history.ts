import type { Person } from './person.ts';
import type { Random } from './random.ts';
import type { Repository } from './repository.ts';
import type { SampleSize } from './sample-org.ts';
import { writeDeliveries } from './sample-deliveries.ts';
import type { Truth } from './truth.ts';
import type { Commit, PullRequest } from './work.ts';

export interface SampleRequest {
  readonly truth: Truth;
  readonly repository: Repository;
  readonly random: Random;
  readonly people: readonly Person[];
  readonly from: string;
  readonly until: string;
  readonly size: SampleSize;
}

/** Nobody whom GitHub knows. */
const STRANGER = { name: 'Stranger', email: 'stranger@elsewhere.example' };

const LABELS = ['bug', 'feature', 'chore', 'incident'];

/** Writes one repository's history: direct commits, and pull requests of every kind and end. */
export class SampleHistory {
  readonly #truth: Truth;
  readonly #repository: Repository;
  readonly #random: Random;
  readonly #people: readonly Person[];
  readonly #request: SampleRequest;
  readonly #commits: number;
  readonly #pulls: number;
  readonly #step: number;
  #clock: number;
  #tip: string | undefined;
  /** On the default branch. */
  #landed = 0;
  #made = 0;

  constructor(request: SampleRequest) {
    const { truth, repository, random, people, from, until, size } = request;
    this.#truth = truth;
    this.#repository = repository;
    this.#random = random;
    this.#people = people;
    this.#request = request;
    this.#commits = size.commits ?? 60;
    this.#pulls = size.pulls ?? 15;
    this.#clock = Date.parse(from);
    this.#step = (Date.parse(until) - this.#clock) / (this.#commits + this.#pulls * 12 + 10);
  }

  write(): void {
    for (let index = 0; index < this.#pulls; index += 1) {
      const left = this.#commits - this.#landed - (this.#pulls - index) * 2;
      const direct = Math.max(this.#tip === undefined ? 1 : 0, Math.floor(left / (this.#pulls - index)));
      for (let count = 0; count < direct; count += 1) this.#landDirectly();
      this.#writePull(index);
    }
    while (this.#landed < this.#commits) this.#landDirectly();
    const { repository, random, size } = this.#request;
    for (let index = 0; index < (size.issues ?? 5); index += 1) this.#writeIssue(index);
    writeDeliveries({ truth: this.#truth, repository, random, people: this.#people, size });
    repository.pushedAt = this.#now();
    repository.updatedAt = this.#now();
  }

  #landDirectly(): void {
    this.#land(this.#commit(this.#tip === undefined ? [] : [this.#tip], this.#random.pick(this.#people)));
  }

  #land(commit: Commit, brought = 1): void {
    this.#tip = commit.sha;
    this.#landed += brought;
    this.#repository.branches.set(this.#repository.defaultBranch, commit.sha);
  }

  #commit(parents: readonly string[], author: Person, message = this.#message(author)): Commit {
    const authored = this.#tick();
    const committed = this.#random.chance(0.2) ? this.#tick() : authored;
    this.#made += 1;
    const email = this.#random.chance(0.2) ? `${author.id}+${author.login}@users.noreply.github.com` : author.email;
    const person = this.#random.chance(0.04) ? STRANGER : { name: author.name, email };
    return this.#repository.addCommit(
      {
        parents,
        author: { ...person, at: authored },
        committer: { ...person, at: committed },
        message,
        content: `${this.#repository.name} ${this.#made}\n`,
      },
      {
        additions: this.#random.below(200),
        deletions: this.#random.below(80),
        changedFiles: 1 + this.#random.below(9),
      },
    );
  }

  #message(author: Person): string {
    const subject = `Change ${this.#made + 1}`;
    if (!this.#random.chance(0.15)) return subject;
    const other = this.#random.pick(this.#people);
    if (other === author) return `${subject}\n\nMore about it.`;
    return `${subject}\n\nMore about it.\n\nCo-authored-by: ${other.name} <${other.email}>`;
  }

  #writePull(index: number): void {
    const repository = this.#repository;
    const author = this.#random.pick(this.#people);
    const base = this.#tip ?? '';
    const commits: Commit[] = [];
    for (let count = 1 + (index % 3); count > 0; count -= 1) {
      commits.push(this.#commit([commits.at(-1)?.sha ?? base], author));
    }
    const pull = this.#open({ index, author, base, commits });
    repository.pulls.push(pull);
    this.#discuss(pull, author);
    const end = index % 10;
    if (end === 8) this.#closePull(pull);
    else if (end === 9) repository.branches.set(pull.headRef, pull.headSha);
    else this.#merge(pull, commits, index);
    repository.indexPull(pull);
  }

  #open({
    index,
    author,
    base,
    commits,
  }: {
    index: number;
    author: Person;
    base: string;
    commits: readonly Commit[];
  }): PullRequest {
    const createdAt = this.#tick();
    const isDraft = index % 4 === 1;
    return {
      kind: 'pull',
      id: this.#truth.nextId(),
      number: this.#repository.nextNumber(),
      title: `Pull request ${index + 1}`,
      body: `Because of ${index + 1}.`,
      author: index % 13 === 12 ? null : author,
      labels: index % 2 === 0 ? [this.#random.pick(LABELS)] : [],
      comments: [],
      createdAt,
      updatedAt: createdAt,
      closedAt: null,
      draft: isDraft && index % 10 === 9,
      requestedReviewers: [],
      requestedTeams: [],
      draftChanges:
        isDraft && index % 10 !== 9
          ? [{ id: this.#truth.nextId(), draft: false, actor: author, at: this.#tick() }]
          : [],
      headRef: `topic-${index + 1}`,
      headSha: commits.at(-1)?.sha ?? base,
      baseRef: this.#repository.defaultBranch,
      baseSha: base,
      commits: commits.map(({ sha }) => sha),
      reviews: [],
      reviewComments: [],
      mergedAt: null,
      mergedBy: null,
      mergeCommitSha: null,
      additions: sum(commits.map(({ additions }) => additions)),
      deletions: sum(commits.map(({ deletions }) => deletions)),
      changedFiles: 1 + commits.length,
      headOwner: index % 7 === 6 ? 'somebody-else' : this.#repository.owner,
    };
  }

  #discuss(pull: PullRequest, author: Person): void {
    const reviewer = this.#random.pick(this.#people.filter((person) => person !== author));
    if (this.#random.chance(0.5)) pull.comments.push(this.#comment(reviewer));
    if (!this.#random.chance(0.8)) return;
    const reviews = this.#random.chance(0.3) ? (['CHANGES_REQUESTED', 'APPROVED'] as const) : (['APPROVED'] as const);
    for (const state of reviews) {
      const id = this.#truth.nextId();
      const submittedAt = this.#tick();
      const about = { reviewId: id, path: 'history.txt', commitSha: pull.headSha };
      if (state !== 'APPROVED') pull.reviewComments.push({ ...this.#comment(reviewer), ...about });
      pull.reviews.push({
        id,
        author: reviewer,
        state,
        body: '',
        commitSha: pull.headSha,
        submittedAt,
        updatedAt: submittedAt,
      });
    }
    pull.updatedAt = this.#tick();
  }

  #comment(author: Person) {
    const createdAt = this.#tick();
    return { id: this.#truth.nextId(), author, body: 'What about this?', createdAt, updatedAt: createdAt };
  }

  #closePull(pull: PullRequest): void {
    pull.closedAt = this.#tick();
    pull.updatedAt = pull.closedAt;
  }

  /** By a merge commit, squashed or rebased, in turn. */
  #merge(pull: PullRequest, commits: readonly Commit[], index: number): void {
    const author = pull.author ?? this.#random.pick(this.#people);
    const mergedBy = this.#random.pick(this.#people);
    const base = this.#tip ?? '';
    const way = index % 3;
    if (way === 0) {
      const message = `Merge pull request #${pull.number} from ${pull.headOwner}/${pull.headRef}\n\n${pull.title}`;
      this.#land(this.#commit([base, pull.headSha], mergedBy, message), commits.length + 1);
    } else if (way === 1) this.#land(this.#commit([base], author, `${pull.title} (#${pull.number})`));
    else for (const { message } of commits) this.#land(this.#commit([this.#tip ?? base], author, message));
    pull.mergeCommitSha = this.#tip ?? null;
    pull.mergedBy = mergedBy;
    pull.mergedAt = this.#tick();
    pull.closedAt = pull.mergedAt;
    pull.updatedAt = pull.mergedAt;
  }

  #writeIssue(index: number): void {
    const author = this.#random.pick(this.#people);
    const createdAt = this.#tick();
    const comments = index % 2 === 0 ? [this.#comment(this.#random.pick(this.#people))] : [];
    const closedAt = index % 3 === 0 ? null : this.#tick();
    this.#repository.issues.push({
      kind: 'issue',
      id: this.#truth.nextId(),
      number: this.#repository.nextNumber(),
      title: `Issue ${index + 1}`,
      body: 'It should.',
      author,
      labels: index % 4 === 0 ? ['incident'] : [],
      comments,
      createdAt,
      updatedAt: closedAt ?? comments[0]?.createdAt ?? createdAt,
      closedAt,
      stateReason: closedAt === null ? null : 'completed',
      closedBy: closedAt === null ? null : author,
    });
  }

  #tick(): string {
    this.#clock += this.#step * (0.5 + this.#random.next() / 2);
    return this.#now();
  }

  #now(): string {
    return new Date(this.#clock).toISOString().replace(/\.\d+Z$/, 'Z');
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
