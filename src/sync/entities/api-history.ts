import { z } from 'zod';
import { historyDocument } from '../../github/documents/history.ts';
import { commitFacts } from '../commit-facts.ts';
import type { Page, PageRequest } from '../entity.ts';
import { sameRepository } from './named-repository.ts';
import { detailedSourceCommit } from './source-commit.ts';

/** The commit at which the pass began, so that pushes meanwhile move nothing. */
const place = z.object({ head: z.string(), after: z.string() });

/** A page of the default branch's history. */
export async function readHistoryPage({ github, repository, cursor, pageSize }: PageRequest): Promise<Page> {
  const seenAt = new Date().toISOString();
  const at = cursor === null ? null : place.parse(JSON.parse(cursor));
  const data = await github.graphql(historyDocument, {
    owner: repository.owner,
    name: repository.name,
    first: pageSize,
    after: at?.after ?? null,
    head: at?.head ?? null,
    fromDefaultBranch: at === null,
  });
  const { defaultBranchRef, object } = sameRepository(data.repository, repository);
  const head = at === null ? defaultBranchRef?.target : object;
  // Without a commit, or after a force-push that GitHub has cleaned up after.
  if (!head?.history || !head.oid) return { facts: [], cursor: null, items: 0, total: null, oldest: null };
  const { nodes, pageInfo, totalCount } = head.history;
  const next = pageInfo.hasNextPage && pageInfo.endCursor ? { head: head.oid, after: pageInfo.endCursor } : null;
  return {
    facts: [commitFacts(nodes.map(detailedSourceCommit), { repositoryId: repository.id, seenAt })],
    cursor: next && JSON.stringify(next),
    items: nodes.length,
    total: totalCount,
    oldest: nodes.at(-1)?.committedDate ?? null,
  };
}
