import { issueCommentJson, issueJson } from '../rest/work-json.ts';
import type { Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import type { Comment, Issue, PullRequest } from '../truth/work.ts';
import type { World } from './world.ts';

/** What happens to issues, and to the comments on them and on pull requests. */
export class IssueChanges {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async openIssue(
    repository: Repository,
    { author, labels = [] }: { author?: Person; labels?: readonly string[] } = {},
  ): Promise<Issue> {
    const createdAt = this.#world.tick();
    const number = repository.nextNumber();
    const issue: Issue = {
      kind: 'issue',
      id: this.#world.truth.nextId(),
      number,
      title: `Later issue ${number}`,
      body: 'It should.',
      author: this.#world.sender(this.#world.truth.organizationOf(repository), author),
      labels: [...labels],
      comments: [],
      createdAt,
      updatedAt: createdAt,
      closedAt: null,
      stateReason: null,
      closedBy: null,
    };
    repository.issues.push(issue);
    await this.#tell(repository, issue, 'opened');
    return issue;
  }

  async closeIssue(repository: Repository, issue: Issue): Promise<void> {
    issue.closedAt = this.#world.tick();
    issue.updatedAt = issue.closedAt;
    issue.stateReason = 'completed';
    issue.closedBy = issue.author;
    await this.#tell(repository, issue, 'closed');
  }

  async reopenIssue(repository: Repository, issue: Issue): Promise<void> {
    issue.closedAt = null;
    issue.closedBy = null;
    issue.updatedAt = this.#world.tick();
    issue.stateReason = 'reopened';
    await this.#tell(repository, issue, 'reopened');
  }

  async comment(repository: Repository, item: Issue | PullRequest, author: Person): Promise<Comment> {
    const createdAt = this.#world.tick();
    const comment: Comment = { id: this.#world.truth.nextId(), author, body: 'Hm.', createdAt, updatedAt: createdAt };
    item.comments.push(comment);
    item.updatedAt = createdAt;
    await this.#tellOfComment(repository, item, { action: 'created', comment });
    return comment;
  }

  async deleteComment(repository: Repository, item: Issue | PullRequest, comment: Comment): Promise<void> {
    item.comments.splice(item.comments.indexOf(comment), 1);
    item.updatedAt = this.#world.tick();
    await this.#tellOfComment(repository, item, { action: 'deleted', comment });
  }

  async #tell(repository: Repository, issue: Issue, action: string): Promise<void> {
    await this.#world.tellOfRepository(repository, {
      event: 'issues',
      sender: issue.author ?? undefined,
      payload: { action, issue: issueJson(repository, issue) },
    });
  }

  async #tellOfComment(
    repository: Repository,
    item: Issue | PullRequest,
    { action, comment }: { action: string; comment: Comment },
  ): Promise<void> {
    await this.#world.tellOfRepository(repository, {
      event: 'issue_comment',
      sender: comment.author ?? undefined,
      payload: {
        action,
        issue: issueJson(repository, item),
        comment: issueCommentJson(repository, item.number, comment),
      },
    });
  }
}
