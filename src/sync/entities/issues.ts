import { mergeFacts } from '../../events/merge-facts.ts';
import { comment, commentFact } from '../../events/payload-comment.ts';
import { issue, issueFact } from '../../events/payload-issue.ts';
import { contributorFacts } from '../../events/payload-user.ts';
import type { Facts } from '../../facts/facts.ts';
import { issueCommentsDocument } from '../../github/documents/issue-comments.ts';
import type { Issue } from '../../github/documents/issue.ts';
import { issuesDocument } from '../../github/documents/issues.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { issueCommentPayload } from './issue-comment.ts';
import { sameRepository } from './named-repository.ts';
import { accountOf } from './people.ts';

/** Issues with their labels and comments; pull requests are not among them. */
export const issues: Entity = { name: 'issues', permission: 'issues', readPage };

async function readPage(request: PageRequest): Promise<Page> {
  const { github, repository, cursor, pageSize } = request;
  const seenAt = new Date().toISOString();
  const { owner, name } = repository;
  const data = await github.graphql(issuesDocument, { owner, name, first: pageSize, after: cursor });
  const { nodes, pageInfo, totalCount } = sameRepository(data.repository, repository).issues;
  const facts = [];
  for (const node of nodes) facts.push(issueFacts(await completeIssue(node, request), { repository, seenAt }));
  return {
    facts,
    cursor: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
    items: nodes.length,
    total: totalCount,
    oldest: nodes.at(-1)?.updatedAt ?? null,
  };
}

/** With the comments that its page had no room for. */
async function completeIssue(whole: Issue, { github, repository }: PageRequest): Promise<Issue> {
  const { owner, name } = repository;
  const nodes = [...whole.comments.nodes];
  let { pageInfo } = whole.comments;
  while (pageInfo.hasNextPage) {
    const variables = { owner, name, number: whole.number, after: pageInfo.endCursor ?? null };
    const data = await github.graphql(issueCommentsDocument, variables);
    const more = sameRepository(data.repository, repository).issue?.comments;
    // An issue that was deleted or moved meanwhile keeps what was listed.
    if (!more) break;
    nodes.push(...more.nodes);
    ({ pageInfo } = more);
  }
  return { ...whole, comments: { nodes, pageInfo } };
}

function issueFacts(
  node: Issue,
  { repository, seenAt }: { repository: PageRequest['repository']; seenAt: string },
): Facts {
  const payload = issue.parse({
    id: node.fullDatabaseId,
    number: node.number,
    title: node.title,
    body: node.body,
    state: node.state.toLowerCase(),
    state_reason: node.stateReason?.toLowerCase(),
    user: accountOf(node.author),
    labels: node.labels?.nodes ?? [],
    created_at: node.createdAt,
    updated_at: node.updatedAt,
    closed_at: node.closedAt,
  });
  const comments = node.comments.nodes.map((one) => comment.parse(issueCommentPayload(one)));
  const place = { repository_id: repository.id, kind: 'issue', number: node.number } as const;
  return mergeFacts(
    contributorFacts({ receivedAt: seenAt }, [payload.user, ...comments.map(({ user }) => user)]),
    { issues: [issueFact(repository.id, payload)] },
    { comments: comments.map((one) => commentFact(one, place)) },
  );
}
