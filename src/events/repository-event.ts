import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { type PayloadRepository, repository, repositoryFacts } from './payload-repository.ts';
import { contributorFacts, type PayloadUser, user } from './payload-user.ts';

/** What every event in a repository carries. */
export const repositoryEvent = z.object({ action: z.string().optional(), repository, sender: user.nullish() });

export interface RepositoryEvent {
  readonly repository: PayloadRepository;
  readonly sender?: PayloadUser | null | undefined;
}

/** The repository, and the people: the sender and those given. */
export function mentionFacts(
  event: WebhookEvent,
  { repository, sender }: RepositoryEvent,
  people: readonly (PayloadUser | null | undefined)[] = [],
): Facts {
  return mergeFacts(repositoryFacts(repository), contributorFacts(event, [sender, ...people]));
}
