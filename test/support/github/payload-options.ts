import type { Account, RepositoryOptions } from '../payloads.ts';
import type { Person } from './truth/person.ts';
import type { Repository } from './truth/repository.ts';

/** What is true, in the terms of the payloads that the other tests build. */
export function accountOf({ id, login, type }: Person): Account {
  return { id, login, type };
}

function ownerOf({ owner, ownerId }: Repository): Account {
  return { id: ownerId, login: owner, type: 'Organization' };
}

export function repositoryOptions(repository: Repository): RepositoryOptions {
  const { id, name, archived, fork, language, defaultBranch, createdAt, updatedAt, pushedAt } = repository;
  return {
    id,
    name,
    owner: ownerOf(repository),
    private: repository.private,
    archived,
    fork,
    language,
    defaultBranch,
    createdAt,
    updatedAt,
    pushedAt,
  };
}
