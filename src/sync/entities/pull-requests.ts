import { pullRequestsDocument } from '../../github/documents/pull-requests.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { sameRepository } from './named-repository.ts';
import { wholePullRequestFacts } from './pull-request-facts.ts';
import { completePullRequest } from './pull-request-lists.ts';

/** Half of what the lists of small things take: each brings its commits, reviews and comments. */
const SHARE = 1 / 2;

export const pullRequests: Entity = { name: 'pull_requests', permission: 'pull_requests', readPage };

async function readPage(request: PageRequest): Promise<Page> {
  const { github, repository, cursor, pageSize } = request;
  const seenAt = new Date().toISOString();
  const { owner, name } = repository;
  const first = Math.ceil(pageSize * SHARE);
  const data = await github.graphql(pullRequestsDocument, { owner, name, first, after: cursor });
  const { nodes, pageInfo, totalCount } = sameRepository(data.repository, repository).pullRequests;
  const facts = [];
  for (const pull of nodes) {
    const whole = await completePullRequest(pull, { github, repository });
    facts.push(wholePullRequestFacts(whole, { repositoryId: repository.id, seenAt }));
  }
  return {
    facts,
    cursor: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
    items: nodes.length,
    total: totalCount,
    oldest: nodes.at(-1)?.updatedAt ?? null,
  };
}
