import { branchHistoryDocument, historyDocument } from '../../github/documents/history.ts';
import type { SourceCommit } from '../commit-source.ts';
import type { PageRequest } from '../entity.ts';
import { sameRepository } from './named-repository.ts';
import { detailedSourceCommit } from './source-commit.ts';

export interface ApiHistory {
  readonly head: string;
  readonly commits: readonly SourceCommit[];
  /** Null at the end. */
  readonly after: string | null;
  readonly total: number;
}

type Request = Pick<PageRequest, 'github' | 'repository' | 'pageSize'>;

/**
 * Commits and their ancestors, the latest first: from a commit, or from the head of the default branch.
 * @returns undefined without such a commit: the repository is empty, or it went by a force-push
 */
export async function readHistory(
  request: Request,
  from: { readonly head: string; readonly after: string | null } | null,
): Promise<ApiHistory | undefined> {
  const head = from === null ? await readBranchPage(request) : await readPage(request, from);
  if (!head?.history || !head.oid) return undefined;
  const { nodes, pageInfo, totalCount } = head.history;
  const after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
  return { head: head.oid, commits: nodes.map(detailedSourceCommit), after, total: totalCount };
}

async function readBranchPage({ github, repository, pageSize: first }: Request) {
  const { owner, name } = repository;
  const data = await github.graphql(branchHistoryDocument, { owner, name, first, after: null });
  return sameRepository(data.repository, repository).defaultBranchRef?.target;
}

async function readPage(
  { github, repository, pageSize: first }: Request,
  { head, after }: { readonly head: string; readonly after: string | null },
) {
  const { owner, name } = repository;
  const data = await github.graphql(historyDocument, { owner, name, first, after, head });
  return sameRepository(data.repository, repository).object;
}
