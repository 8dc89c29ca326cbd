import type { PayloadUser } from '../../events/payload-user.ts';
import type { Actor } from '../../github/documents/actor.ts';
import type { GitCommit } from '../../github/documents/git-commit.ts';
import type { SourcePerson } from '../commit-source.ts';

/** An actor as webhooks write it: bots have `[bot]` after their login there. */
export function accountOf(actor: Actor): PayloadUser | null {
  if (!actor) return null;
  const { databaseId: id, login } = actor.user ?? actor;
  if (!id) return null;
  const type = actor.type;
  return { id, login: webhookLogin({ login, type }), type };
}

export function webhookLogin({ login, type }: { readonly login: string; readonly type: string }): string {
  return type === 'Bot' && !login.endsWith('[bot]') ? `${login}[bot]` : login;
}

/** A person of a commit; GitHub names the account where it knows whose email that is. */
export function personOf(person: GitCommit['author']): SourcePerson {
  const { name, email, user } = person ?? {};
  return {
    name: name ?? '',
    email: email ?? '',
    user: user?.databaseId ? { id: user.databaseId, login: user.login, type: 'User' } : undefined,
  };
}
