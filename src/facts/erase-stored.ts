import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { idColumns } from './erase-facts.ts';
import { eraseStoredEmails } from './erase-stored-emails.ts';
import { eraseStoredTexts } from './erase-stored-texts.ts';
import { type ErasedPeople, pseudonymLogin, storeErasedIdentities } from './erased-people.ts';

/** What is known of one person who is erased. */
export interface ErasedPerson {
  readonly tenantId: number;
  readonly people: ErasedPeople;
  readonly pseudonym: number;
  readonly ids: readonly number[];
  readonly logins: readonly string[];
  readonly emails: readonly string[];
}

/** Columns in which people stand by their login, or were invited by email. */
const loginColumns: readonly (readonly [table: string, column: string])[] = [
  ['api_tokens', 'created_by'],
  ['deployment_marks', 'marked_by'],
  ['incident_links', 'linked_by'],
  ['hidden_check_runs', 'hidden_by'],
  ['invitations', 'invited_by'],
  ['invitations', 'invitee'],
  ['members', 'invited_by'],
  ['shares', 'created_by'],
  ['syncs', 'requested_by'],
];

interface Known {
  readonly ids: readonly number[];
  readonly logins: readonly string[];
}

/** The emails of a person's ids, and those that nothing but a login links to anybody. */
export async function listEmailsOf(trx: Trx, tenantId: number, { ids, logins }: Known): Promise<readonly string[]> {
  const { rows } = await sql<{ email: string }>`
    select email from contributor_emails
    where tenant_id = ${tenantId} and (contributor_id = any(${ids}::bigint[])
      or user_id is null and login = any(${logins}::text[]))`.execute(trx);
  return rows.map(({ email }) => email);
}

/**
 * Everything that is stored under the person's ids, logins and emails goes on under the pseudonym, and so does whatever
 * comes later. In the tenant's role, after `lockFacts`.
 */
export async function eraseIdentity(trx: Trx, person: ErasedPerson): Promise<void> {
  const { tenantId, people, pseudonym } = person;
  const identities = [
    ...person.ids.map((id) => ({ kind: 'id', value: String(id) }) as const),
    ...person.logins.map((value) => ({ kind: 'login', value }) as const),
    ...person.emails.map((value) => ({ kind: 'email', value }) as const),
  ];
  await storeErasedIdentities(trx, tenantId, { people, pseudonym, identities });
  await renameIds(trx, person);
  await eraseStoredEmails(trx, person);
  await renameLogins(trx, person);
  await eraseStoredTexts(trx, person);
}

async function renameIds(trx: Trx, { tenantId, ids, pseudonym }: ErasedPerson): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    delete from contributor_logins where tenant_id = ${tenantId} and contributor_id = any(${ids}::bigint[])`.execute(
    trx,
  );
  for (const { table, column } of await listIdColumns(trx)) {
    await sql`
      update ${sql.table(table)} set ${sql.ref(column)} = ${pseudonym}
      where tenant_id = ${tenantId} and ${sql.ref(column)} = any(${ids}::bigint[])`.execute(trx);
  }
}

/** As the catalogue knows them: a new table can not be forgotten. */
async function listIdColumns(trx: Trx): Promise<readonly { table: string; column: string }[]> {
  const { rows } = await sql<{ table: string; column: string }>`
    select relname as table, attname as column
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and attname = any(${[...idColumns]}::text[]) and atttypid = 'bigint'::regtype and not attisdropped
      and has_column_privilege('shiplog_app', c.oid, attnum, 'update')
      and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')
    order by relname, attname`.execute(trx);
  return rows;
}

async function renameLogins(trx: Trx, { tenantId, logins, emails, pseudonym }: ErasedPerson): Promise<void> {
  const [known, login] = [[...logins, ...emails].map((name) => name.toLowerCase()), pseudonymLogin(pseudonym)];
  if (known.length === 0) return;
  for (const [table, column] of loginColumns) {
    await sql`
      update ${sql.table(table)} set ${sql.ref(column)} = ${login}
      where tenant_id = ${tenantId} and lower(${sql.ref(column)}) = any(${known}::text[])`.execute(trx);
  }
  await sql`
    update pull_requests set requested_reviewers = array(
      select case when lower(name) = any(${known}::text[]) then ${login} else name end
      from unnest(requested_reviewers) with ordinality reviewer (name, place) order by place)
    where tenant_id = ${tenantId} and exists (
      select from unnest(requested_reviewers) name where lower(name) = any(${known}::text[]))`.execute(trx);
}
