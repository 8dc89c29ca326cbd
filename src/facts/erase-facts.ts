import { eraseFromText } from './erase-text.ts';
import { type ErasedPeople, isPseudonym, pseudonymLogin } from './erased-people.ts';
import type { Facts } from './facts.ts';

type Fact = Readonly<Record<string, unknown>>;
type FactsByTable = Readonly<Record<string, readonly Fact[]>>;

/** Columns with a person's id, in facts and in what is derived from them. */
export const idColumns: ReadonlySet<string> = new Set([
  'user_id',
  'author_id',
  'merged_by_id',
  'creator_id',
  'actor_id',
  'contributor_id',
  'accepted_by',
  'lead_id',
]);
const emailColumns: ReadonlySet<string> = new Set(['email', 'author_email', 'committer_email']);
/** Names beside an email. */
const nameColumns: Readonly<Record<string, string>> = {
  author_name: 'author_email',
  committer_name: 'committer_email',
};
/** Free text. */
export const textColumns: ReadonlySet<string> = new Set(['message_headline', 'title', 'body']);
const emailLists: ReadonlySet<string> = new Set(['co_authors']);
const loginLists: ReadonlySet<string> = new Set(['requested_reviewers']);

/** Facts in which erased people are their pseudonyms: what a source tells of them does not bring their names back. */
export function eraseFromFacts(facts: Facts, people: ErasedPeople): Facts {
  const erased: Record<string, readonly Fact[]> = {};
  for (const [table, rows] of Object.entries(facts as FactsByTable)) {
    erased[table] = rows
      .map((row) => (table === 'contributor_emails' ? eraseEmailOwner(row, people) : erase(row, people)))
      .filter((row) => !isAboutErased(table, row));
  }
  return erased;
}

/** Their names and logins: the pseudonym has a row since the erasure. */
function isAboutErased(table: string, { contributor_id: id }: Fact): boolean {
  return ['contributors', 'contributor_logins'].includes(table) && typeof id === 'number' && isPseudonym(id);
}

function erase(row: Fact, people: ErasedPeople): Fact {
  const entries = Object.entries(row).map(([column, value]) => [column, eraseValue(column, value, { row, people })]);
  return Object.fromEntries(entries);
}

function eraseValue(column: string, value: unknown, { row, people }: { row: Fact; people: ErasedPeople }): unknown {
  if (typeof value === 'number') return idColumns.has(column) ? idOf(value, people) : value;
  if (Array.isArray(value)) {
    if (emailLists.has(column)) return value.map((email) => emailOf(String(email), people));
    return loginLists.has(column) ? value.map((login) => loginOf(String(login), people)) : value;
  }
  if (typeof value === 'object' && value !== null) return erase({ ...value }, people);
  if (typeof value !== 'string') return value;
  if (emailColumns.has(column)) return emailOf(value, people);
  if (textColumns.has(column)) return eraseFromText(value, people);
  const email = row[nameColumns[column] ?? ''];
  return typeof email === 'string' && isErasedEmail(email, people) ? null : value;
}

/** An email of an erased person is theirs by its pseudonym alone; who it is linked to may be all that tells. */
function eraseEmailOwner(row: Fact, people: ErasedPeople): Fact {
  const { email, linked, named } = row;
  const pseudonym = people.pseudonymOf({ kind: 'email', value: String(email) });
  if (pseudonym === undefined) return erase(row, people);
  const seen = [linked, named].find((group) => typeof group === 'object' && group !== null);
  return { email: people.pseudonymEmail(String(email)), linked: { ...seen, login: null, user_id: pseudonym } };
}

function isErasedEmail(email: string, people: ErasedPeople): boolean {
  return people.pseudonymOf({ kind: 'email', value: email }) !== undefined;
}

function idOf(id: number, people: ErasedPeople): number {
  return people.pseudonymOf({ kind: 'id', value: String(id) }) ?? id;
}

function emailOf(email: string, people: ErasedPeople): string {
  return isErasedEmail(email, people) ? people.pseudonymEmail(email) : email;
}

function loginOf(login: string, people: ErasedPeople): string {
  const pseudonym = people.pseudonymOf({ kind: 'login', value: login });
  return pseudonym === undefined ? login : pseudonymLogin(pseudonym);
}
