import { type Json, objectOf } from '../../example-payloads.ts';
import { ALICE, commitPayload, pushPayload, ZERO_SHA } from '../../payloads.ts';
import { repositoryOptions } from '../payload-options.ts';
import { personJson } from '../rest/json.ts';
import type { Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import type { Commit } from '../truth/work.ts';
import type { World } from './world.ts';

export interface CommitFields {
  readonly parents: readonly string[];
  readonly author: Person;
  readonly message?: string;
  readonly additions?: number;
  readonly deletions?: number;
  readonly changedFiles?: number;
}

export interface PushFields {
  /** The default branch unless given. */
  readonly branch?: string;
  readonly author?: Person;
  /** How many commits, 1 unless given; or their messages. */
  readonly commits?: number | readonly string[];
  /** From here instead of from the branch's head: a forced push. */
  readonly onto?: string;
}

/** What happens to commits, branches and tags. */
export class GitChanges {
  readonly #world: World;
  #made = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Commits that nobody was told of yet. */
  commit(repository: Repository, { parents, author, message, ...size }: CommitFields): Commit {
    this.#made += 1;
    const person = { name: author.name, email: author.email, at: this.#world.tick() };
    return repository.addCommit(
      {
        parents,
        author: person,
        committer: person,
        message: message ?? `Later change ${this.#made}`,
        content: `${repository.name} later ${this.#made} ${person.at}\n`,
      },
      { additions: size.additions ?? 5, deletions: size.deletions ?? 2, changedFiles: size.changedFiles ?? 1 },
    );
  }

  async push(repository: Repository, fields: PushFields = {}): Promise<readonly Commit[]> {
    const { branch = repository.defaultBranch, commits = 1 } = fields;
    const author = this.#world.sender(this.#world.truth.organizationOf(repository), fields.author);
    const messages = typeof commits === 'number' ? Array.from({ length: commits }, () => undefined) : commits;
    const before = repository.branches.get(branch);
    const made: Commit[] = [];
    for (const message of messages) {
      const parent = made.at(-1)?.sha ?? fields.onto ?? before ?? repository.branches.get(repository.defaultBranch);
      const parents = parent === undefined ? [] : [parent];
      made.push(this.commit(repository, { parents, author, ...(message === undefined ? {} : { message }) }));
    }
    const forced = fields.onto !== undefined && fields.onto !== before;
    const after = made.at(-1)?.sha ?? fields.onto ?? before ?? ZERO_SHA;
    await this.moveBranch(repository, { branch, after, commits: made, sender: author, forced });
    return made;
  }

  /** Points a branch to a commit and tells of the push. */
  async moveBranch(repository: Repository, move: BranchMove): Promise<void> {
    const { branch, after, sender } = move;
    const before = repository.branches.get(branch) ?? ZERO_SHA;
    if (after === ZERO_SHA) repository.branches.delete(branch);
    else repository.branches.set(branch, after);
    this.#touch(repository);
    await this.#world.tellOfRepository(repository, {
      event: 'push',
      sender,
      payload: pushJson(repository, { ...move, ref: `refs/heads/${branch}`, before }),
    });
    if (before === ZERO_SHA)
      await this.#tellOfRef(repository, { event: 'create', ref: branch, type: 'branch', sender });
    if (after === ZERO_SHA) await this.#tellOfRef(repository, { event: 'delete', ref: branch, type: 'branch', sender });
  }

  deleteBranch(repository: Repository, branch: string, sender?: Person): Promise<void> {
    const actor = this.#world.sender(this.#world.truth.organizationOf(repository), sender);
    return this.moveBranch(repository, { branch, after: ZERO_SHA, commits: [], sender: actor });
  }

  async createTag(repository: Repository, { name, sha, sender }: { name: string; sha: string; sender: Person }) {
    repository.tags.push({ name, sha });
    this.#touch(repository);
    const ref = `refs/tags/${name}`;
    await this.#world.tellOfRepository(repository, {
      event: 'push',
      sender,
      payload: pushJson(repository, { ref, before: ZERO_SHA, after: sha, commits: [], sender }),
    });
    await this.#tellOfRef(repository, { event: 'create', ref: name, type: 'tag', sender });
  }

  #touch(repository: Repository): void {
    repository.pushedAt = this.#world.tick();
    repository.updatedAt = repository.pushedAt;
  }

  async #tellOfRef(repository: Repository, { event, ref, type, sender }: RefChange): Promise<void> {
    const created = { master_branch: repository.defaultBranch, description: repository.description };
    await this.#world.tellOfRepository(repository, {
      event,
      sender,
      payload: { ref, ref_type: type, pusher_type: 'user', ...(event === 'create' ? created : {}) },
    });
  }
}

interface RefChange {
  readonly event: 'create' | 'delete';
  readonly ref: string;
  readonly type: 'branch' | 'tag';
  readonly sender: Person;
}

export interface BranchMove {
  readonly branch: string;
  readonly after: string;
  readonly commits: readonly Commit[];
  readonly sender: Person;
  readonly forced?: boolean;
}

interface PushedRef extends Omit<BranchMove, 'branch'> {
  readonly ref: string;
  readonly before: string;
}

function pushJson(repository: Repository, { ref, before, after, commits, sender, forced = false }: PushedRef): Json {
  const payloads = commits.map((commit) => pushedCommit(commit, sender));
  const head = repository.commits.get(after);
  const pushed = pushPayload({
    repository: repositoryOptions(repository),
    ref,
    before,
    after,
    forced,
    commits: payloads,
    headCommit: payloads.at(-1) ?? (head ? pushedCommit(head, sender) : null),
    pushedAt: repository.pushedAt,
    sender: { ...ALICE, id: sender.id, login: sender.login },
  });
  const { sender: _, installation: __, organization: ___, ...payload } = pushed;
  return { ...payload, repository: { ...objectOf(pushed, 'repository') }, sender: personJson(sender) };
}

function pushedCommit(commit: Commit, sender: Person) {
  const { sha, message, author, committer } = commit;
  const username = author.email === sender.email ? { username: sender.login } : {};
  return commitPayload({
    id: sha,
    message,
    timestamp: committer.at,
    author: { name: author.name, email: author.email, ...username },
    committer: { name: committer.name, email: committer.email, ...username },
  });
}
