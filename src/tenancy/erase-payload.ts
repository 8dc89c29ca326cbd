import { eraseFromText } from '../facts/erase-text.ts';
import { type ErasedPeople, pseudonymLogin } from '../facts/erased-people.ts';

type Json = Readonly<Record<string, unknown>>;

/** Members of a payload that hold a login and nothing else. */
const loginKeys: ReadonlySet<string> = new Set(['login', 'username', 'user_login']);

/** A webhook's payload in which erased people are their pseudonyms: it can be applied as before. */
export function eraseFromPayload(value: unknown, people: ErasedPeople): unknown {
  if (typeof value === 'string') return eraseFromText(value, people);
  if (Array.isArray(value)) return value.map((item) => eraseFromPayload(item, people));
  if (typeof value !== 'object' || value === null) return value;
  const object: Json = { ...value };
  return (
    accountOf(object, people) ??
    authorOf(object, people) ??
    Object.fromEntries(Object.entries(object).map(([key, item]) => [key, eraseMember(key, item, people)]))
  );
}

/** A GitHub account: of its addresses and names nothing is left. */
function accountOf({ id, login, type, name }: Json, people: ErasedPeople): Json | undefined {
  if (typeof id !== 'number' || typeof login !== 'string') return undefined;
  const pseudonym = people.pseudonymOf({ kind: 'id', value: String(id) });
  if (pseudonym === undefined) return undefined;
  return { login: pseudonymLogin(pseudonym), id: pseudonym, type, ...(name !== undefined && { name: null }) };
}

/** Who wrote or pushed a commit. */
function authorOf({ email, username, date }: Json, people: ErasedPeople): Json | undefined {
  if (typeof email !== 'string') return undefined;
  const known = people.pseudonymOf({ kind: 'email', value: email }) ?? ownerOf(username, people);
  if (known === undefined) return undefined;
  const login = pseudonymLogin(known);
  return {
    name: login,
    email: people.pseudonymEmail(email),
    ...(username !== undefined && { username: login }),
    ...(date !== undefined && { date }),
  };
}

function eraseMember(key: string, value: unknown, people: ErasedPeople): unknown {
  if (typeof value !== 'string' || !loginKeys.has(key)) return eraseFromPayload(value, people);
  const pseudonym = ownerOf(value, people);
  return pseudonym === undefined ? value : pseudonymLogin(pseudonym);
}

function ownerOf(login: unknown, people: ErasedPeople): number | undefined {
  return typeof login === 'string' ? people.pseudonymOf({ kind: 'login', value: login }) : undefined;
}
