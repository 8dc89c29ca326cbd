import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { id, name, text } from './payload-values.ts';

/** A GitHub account in a payload; null where the account is gone. */
export const user = z.object({ id, login: name, type: z.string().optional(), name: text().nullish() });
export type PayloadUser = z.output<typeof user>;

/** Who wrote something. GitHub's ghost stands for accounts that are gone, where GraphQL says null. */
export const author = user.nullish().transform((one) => (one?.login === 'ghost' ? null : one));

/** Those who act in an event, each once. Organizations are not people. */
export function contributorFacts(
  event: Pick<WebhookEvent, 'receivedAt'>,
  users: readonly (PayloadUser | null | undefined)[],
): Facts {
  const people = new Map<number, PayloadUser>();
  for (const person of users) if (person && isPerson(person) && !people.has(person.id)) people.set(person.id, person);
  const at = event.receivedAt;
  return {
    contributors: [...people.values()].map((person) => ({
      contributor_id: person.id,
      observed: { at, login: person.login, name: person.name ?? null, type: isBot(person) ? 'Bot' : 'User' },
    })),
    contributor_logins: [...people.values()].map(({ id: contributor_id, login }) => ({
      login,
      contributor_id,
      seen: { at },
    })),
  };
}

export function isPerson({ type }: PayloadUser): boolean {
  return type !== 'Organization' && type !== 'Enterprise';
}

export function isBot({ type, login }: PayloadUser): boolean {
  return type === 'Bot' || login.endsWith('[bot]');
}
