import { repository as repositorySchema, repositoryFacts } from '../../events/payload-repository.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { sameRepository } from './named-repository.ts';

/** The repository itself, with its default branch. */
export const repository: Entity = { name: 'repository', permission: 'metadata', readPage };

async function readPage({ github, repository }: PageRequest): Promise<Page> {
  const { owner, name } = repository;
  const found = await github.rest({
    route: 'GET /repos/{owner}/{repo}',
    parameters: { owner, repo: name },
    data: repositorySchema,
  });
  sameRepository({ databaseId: found.id }, repository);
  return { facts: [repositoryFacts(found)], cursor: null, items: 1, total: 1, oldest: null };
}
