import { movedRefFacts } from '../../events/payload-ref.ts';
import { timestamp } from '../../events/payload-values.ts';
import { branchesDocument } from '../../github/documents/branches.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { sameRepository } from './named-repository.ts';

export const branches: Entity = { name: 'branches', permission: 'contents', readPage };

const BRANCH = 'refs/heads/';

/** At the last push, which the webhook of that push has as well: no other clock comes into it. */
async function readPage({ github, repository, cursor, pageSize }: PageRequest): Promise<Page> {
  const { owner, name } = repository;
  const data = await github.graphql(branchesDocument, { owner, name, first: pageSize, after: cursor });
  const { refs, createdAt, pushedAt } = sameRepository(data.repository, repository);
  const at = timestamp.parse(pushedAt ?? createdAt);
  const nodes = refs?.nodes ?? [];
  return {
    facts: nodes.map((branch) =>
      movedRefFacts({
        repository_id: repository.id,
        ref: `${BRANCH}${branch.name}`,
        sha: branch.target?.oid ?? null,
        at,
      }),
    ),
    cursor: refs?.pageInfo.hasNextPage ? (refs.pageInfo.endCursor ?? null) : null,
    items: nodes.length,
    total: refs?.totalCount ?? 0,
    oldest: null,
  };
}
