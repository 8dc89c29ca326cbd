import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { RepositoryFact } from '../facts/repositories.ts';
import { id, latestOf, name, text, timestamp } from './payload-values.ts';

/** A repository as an installation lists it. */
export const listedRepository = z.object({ id, full_name: name, private: z.boolean() });
type ListedRepository = z.output<typeof listedRepository>;

/** A whole repository, as events about it carry it. */
export const repository = listedRepository.extend({
  default_branch: text(),
  archived: z.boolean(),
  fork: z.boolean(),
  language: text().nullish(),
  created_at: timestamp,
  updated_at: timestamp,
  pushed_at: timestamp.nullish(),
});
export type PayloadRepository = z.output<typeof repository>;

/** 1 for an event about the repository itself, which knows better than one that mentions it. */
type RepositoryRank = 0 | 1;

export function repositoryFacts(repository: PayloadRepository, rank: RepositoryRank = 0): Facts {
  return { repositories: [repositoryFact(repository, rank)] };
}

export function repositoryFact(repository: PayloadRepository, rank: RepositoryRank): RepositoryFact {
  const at = latestOf([repository.updated_at, repository.pushed_at], repository.created_at);
  return {
    repository_id: repository.id,
    named: { at, rank, full_name: repository.full_name, private: repository.private },
    observed: {
      at,
      rank,
      default_branch: repository.default_branch,
      archived: repository.archived,
      fork: repository.fork,
      language: repository.language ?? null,
      created_at: repository.created_at,
      pushed_at: repository.pushed_at ?? null,
    },
  };
}

/** What a list of an installation says, and when: of the name, and of whether the app may see the repository. */
export interface RepositoryListing {
  readonly repositories: readonly ListedRepository[];
  readonly namedAt: string;
  readonly installed: boolean;
  readonly installedAt: string;
}

export function listedRepositoryFacts({ repositories, namedAt, installed, installedAt }: RepositoryListing): Facts {
  return {
    repositories: repositories.map(({ id, full_name, private: isPrivate }) => ({
      repository_id: id,
      named: { at: namedAt, full_name, private: isPrivate },
      installed: { at: installedAt, installed },
    })),
  };
}
