import type { Trx } from '../../db/tenant.ts';
import { eraseIdentity, listEmailsOf } from './erase-stored.ts';
import { type ErasedPeople, type Identity, readErasedPeople } from './erased-people.ts';
import { eraseFromFacts } from './erase-facts.ts';
import type { Facts } from './facts.ts';

/** The facts as they may be stored: without what would bring an erased person back. After `lockFacts`. */
export async function withoutErased(trx: Trx, tenantId: number, facts: readonly Facts[]): Promise<readonly Facts[]> {
  const people = await readErasedPeople(trx, tenantId);
  if (!people) return facts;
  for (const kind of ['login', 'email'] as const) await learn(trx, tenantId, { people, facts, kind });
  return facts.map((some) => eraseFromFacts(some, people));
}

interface Lesson {
  readonly people: ErasedPeople;
  readonly facts: readonly Facts[];
  readonly kind: 'login' | 'email';
}

/** A new login or email of an erased account is theirs, too, and so is what is stored under it already. */
async function learn(trx: Trx, tenantId: number, { people, facts, kind }: Lesson): Promise<void> {
  for (const { identity, pseudonym } of facts.flatMap((some) => newIdentities(some, people, kind))) {
    if (people.pseudonymOf(identity) !== undefined) continue;
    const logins = kind === 'login' ? [identity.value] : [];
    const emails = kind === 'email' ? [identity.value] : await listEmailsOf(trx, tenantId, { ids: [], logins });
    await eraseIdentity(trx, { tenantId, people, pseudonym, ids: [], logins, emails });
  }
}

interface NewIdentity {
  readonly identity: Identity;
  readonly pseudonym: number | undefined;
}

type KnownIdentity = NewIdentity & { readonly pseudonym: number };

function newIdentities(facts: Facts, people: ErasedPeople, kind: 'login' | 'email'): KnownIdentity[] {
  const byId = (id: number) => people.pseudonymOf({ kind: 'id', value: String(id) });
  const told: NewIdentity[] =
    kind === 'login'
      ? (facts.contributor_logins ?? []).map(({ login, contributor_id: id }) => ({
          identity: { kind, value: login },
          pseudonym: byId(id),
        }))
      : (facts.contributor_emails ?? []).map(({ email, linked }) => ({
          identity: { kind, value: email },
          pseudonym: linked && ownerOf(linked, people),
        }));
  return told.filter((one): one is KnownIdentity => one.pseudonym !== undefined);
}

/** An id tells more than a login, which may be somebody else's by now. */
function ownerOf(linked: { login: string | null; user_id: number | null }, people: ErasedPeople): number | undefined {
  const { login, user_id: id } = linked;
  if (id !== null) return people.pseudonymOf({ kind: 'id', value: String(id) });
  return login === null ? undefined : people.pseudonymOf({ kind: 'login', value: login });
}
