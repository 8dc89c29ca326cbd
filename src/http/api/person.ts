import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { idOf } from './org-scope.ts';

const personType = z.enum(['User', 'Bot']).nullable();
const login = z.string().nullable().openapi({ description: 'Null when no GitHub account is known.' });
const contributorId = z.int().openapi({
  description: "Of the contributor: GitHub's user id; negative for a person known only by email or login.",
});

export const accountSchema = z
  .object({ login, id: contributorId, type: personType })
  .openapi('Account', { example: { login: 'ann', id: 583231, type: 'User' } });

export const personSchema = z
  .object({ name: z.string().nullable(), email: z.string().nullable(), login, id: contributorId.nullable() })
  .openapi('Person', { example: { name: 'Ann Lee', email: 'ann@acme.example', login: 'ann', id: 583231 } });

export type Account = z.infer<typeof accountSchema>;
export type Person = z.infer<typeof personSchema>;

/** The columns that `accountOf` reads, of `contributors` joined as `author`. */
export interface AuthorColumns {
  readonly author_id: number | null;
  readonly author_login: string | null;
  readonly author_type: 'User' | 'Bot' | null;
}

/** Null for an account that is deleted: GitHub's ghost. */
export function accountOf(row: AuthorColumns): Account | null {
  return row.author_id === null ? null : { login: row.author_login, id: row.author_id, type: row.author_type };
}

interface KnownEmail {
  readonly email: string;
  readonly name: string | null;
  readonly login: string | null;
  readonly contributor_id: number;
}

/** Who the emails belong to, for all commits of a page at once. */
export async function findPersons(
  trx: Trx,
  tenantId: number,
  emails: readonly (string | null)[],
): Promise<(seen: { email: string | null; name: string | null }) => Person> {
  const wanted = [...new Set(emails.filter((email) => email !== null))];
  const { rows } = await sql<KnownEmail>`
    select e.email, coalesce(e.name, c.name) as name, c.login, e.contributor_id
    from contributor_emails e
    left join contributors c on c.tenant_id = ${tenantId} and c.contributor_id = e.contributor_id
    where e.tenant_id = ${tenantId} and e.email = any(${wanted}::text[])`.execute(trx);
  const known = new Map(rows.map((row) => [row.email, row]));
  return ({ email, name }) => {
    const row = email === null ? undefined : known.get(email);
    return { name: name ?? row?.name ?? null, email, login: row?.login ?? null, id: row?.contributor_id ?? null };
  };
}

export interface Identity {
  readonly contributorIds: readonly number[];
  readonly emails: readonly string[];
}

/** Everything that a filter's login, email or id stands for; empty lists when nobody is known by it. */
export async function findIdentity(
  trx: Trx,
  tenantId: number,
  author: string | undefined,
): Promise<Identity | undefined> {
  if (author === undefined) return undefined;
  const { rows } = await sql<{ contributor_id: number; emails: string[] }>`
    with named as (
      select contributor_id from contributors
      where tenant_id = ${tenantId} and (contributor_id = ${idOf(author)}::bigint or lower(login) = lower(${author}))
      union
      select contributor_id from contributor_emails
      where tenant_id = ${tenantId} and email in (${author}, lower(${author}))
    ), merged as (
      select coalesce(c.merged_into, c.contributor_id) as contributor_id
      from named join contributors c on c.tenant_id = ${tenantId} and c.contributor_id = named.contributor_id
    ), person as (
      select contributor_id from named union select contributor_id from merged
      union
      select c.contributor_id from merged
      join contributors c on c.tenant_id = ${tenantId} and c.merged_into = merged.contributor_id
    )
    select contributor_id, array(
      select email from contributor_emails e where e.tenant_id = ${tenantId} and e.contributor_id = person.contributor_id
    ) as emails
    from person`.execute(trx);
  const emails = rows.flatMap((row) => row.emails);
  // Nobody stands behind some addresses, such as GitHub's own, but commits have them.
  if (emails.length === 0 && author.includes('@')) emails.push(author.toLowerCase());
  return { contributorIds: rows.map((row) => row.contributor_id), emails };
}
