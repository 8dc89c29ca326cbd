import { nodeId } from '../node-id.ts';
import type { Repository } from '../truth/repository.ts';
import type { Release } from '../truth/work.ts';
import { commitNode } from './commit-node.ts';
import type { Node, QueryContext } from './context.ts';
import { personNode } from './person-node.ts';
import { gitRefNode, repositoryNode } from './repository-node.ts';

export function releaseNode(context: QueryContext, repository: Repository, release: Release): Node {
  const path = `/${repository.fullName}/releases/tag/${release.tagName}`;
  const tag = repository.tags.find(({ name }) => name === release.tagName);
  return {
    __typename: 'Release',
    id: nodeId('RE', repository.id, release.id),
    databaseId: release.id,
    tagName: release.tagName,
    name: release.name,
    description: null,
    author: release.author.type === 'User' ? personNode(release.author) : null,
    isDraft: release.draft,
    isPrerelease: release.prerelease,
    isLatest: repository.releases.at(-1) === release,
    createdAt: release.createdAt,
    publishedAt: release.publishedAt,
    updatedAt: release.updatedAt,
    resourcePath: path,
    url: `https://github.com${path}`,
    repository: () => repositoryNode(context, repository),
    tag: () => (tag ? gitRefNode(context, repository, { ...tag, prefix: 'refs/tags/' }) : null),
    tagCommit: () => (tag ? commitNode(context, repository, repository.commit(tag.sha)) : null),
  };
}
