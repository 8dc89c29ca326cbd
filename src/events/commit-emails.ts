import type { ContributorEmailFact } from '../facts/contributor-emails.ts';
import type { Facts } from '../facts/facts.ts';
import { GITHUB_NOREPLY } from './commit-message.ts';
import type { WebhookEvent } from './event.ts';
import { commitPeople, type PayloadCommit } from './payload-commit.ts';
import type { PayloadUser } from './payload-user.ts';

type Named = NonNullable<ContributorEmailFact['named']>;
type Linked = NonNullable<ContributorEmailFact['linked']>;

/**
 * Every email of the commits, once: its latest name, and its account where GitHub wrote the `username` beside it.
 * An address that looks like a GitHub account's is no such word: anybody can commit with it.
 * @param users those of the payload whose ids are known
 */
export function commitEmailFacts(
  event: Pick<WebhookEvent, 'receivedAt'>,
  commits: readonly PayloadCommit[],
  users: readonly (PayloadUser | null | undefined)[],
): Facts {
  const named = new Map<string, Named>();
  const linked = new Map<string, Linked>();
  for (const commit of commits) {
    for (const { email, name, username } of commitPeople(commit)) {
      if (!email || email === GITHUB_NOREPLY) continue;
      const known = named.get(email);
      if (!known || known.at < commit.timestamp) named.set(email, { at: commit.timestamp, name: name ?? null });
      if (username && !linked.has(email)) {
        const user_id = users.find((user) => user?.login === username)?.id ?? null;
        linked.set(email, { at: event.receivedAt, login: username, user_id });
      }
    }
  }
  const facts = [...named].map(([email, name]) => {
    const link = linked.get(email);
    return link ? { email, named: name, linked: link } : { email, named: name };
  });
  return { contributor_emails: facts };
}
