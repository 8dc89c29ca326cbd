import { examplePayload, objectOf } from '../../example-payloads.ts';
import type { Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import type { CheckRun, PullRequest } from '../truth/work.ts';
import type { GitChanges } from './git-changes.ts';
import type { World } from './world.ts';

const [REQUESTED_ACTION, REREQUESTED] = [6, 7];

/** What people do with check runs, and the merge queue. GitHub names no pull request in a run of a fork's head: here in none. */
export class CheckChanges {
  readonly #world: World;
  readonly #git: GitChanges;

  constructor(world: World, git: GitChanges) {
    this.#world = world;
    this.#git = git;
  }

  /** Presses a button of a run. */
  async press(repository: Repository, run: CheckRun, press: { identifier: string; person: Person }): Promise<void> {
    const { identifier, person } = press;
    await this.#world.tellOfRepository(repository, {
      event: 'check_run',
      sender: person,
      payload: {
        action: 'requested_action',
        check_run: this.#runJson(run, REQUESTED_ACTION),
        requested_action: { identifier },
      },
    });
  }

  async rerequest(repository: Repository, run: CheckRun): Promise<void> {
    const payload = { action: 'rerequested', check_run: this.#runJson(run, REREQUESTED) };
    await this.#world.tellOfRepository(repository, { event: 'check_run', payload });
  }

  /** Puts a pull request into the merge queue. @returns the commit of its group */
  async queue(repository: Repository, pull: PullRequest): Promise<string> {
    const base_sha = repository.branches.get(pull.baseRef) ?? '';
    const branch = `gh-readonly-queue/${pull.baseRef}/pr-${pull.number}-${base_sha}`;
    const [commit] = await this.#git.push(repository, { branch, onto: pull.headSha });
    const head_sha = commit?.sha ?? '';
    const head_ref = `refs/heads/${branch}`;
    const head_commit = { id: head_sha, tree_id: head_sha, message: 'Merge', timestamp: this.#world.tick() };
    const person = { name: 'GitHub', email: 'noreply@github.com' };
    await this.#world.tellOfRepository(repository, {
      event: 'merge_group',
      payload: {
        action: 'checks_requested',
        merge_group: {
          head_sha,
          head_ref,
          base_sha,
          base_ref: `refs/heads/${pull.baseRef}`,
          head_commit: { ...head_commit, author: person, committer: person },
        },
      },
    });
    return head_sha;
  }

  #runJson({ id, name, headSha, externalId, status, conclusion }: CheckRun, example: number) {
    return {
      ...objectOf(examplePayload('check_run', example), 'check_run'),
      id,
      name,
      head_sha: headSha,
      external_id: externalId,
      status,
      conclusion,
      pull_requests: [],
    };
  }
}
