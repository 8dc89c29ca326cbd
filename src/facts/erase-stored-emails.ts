import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { ErasedPerson } from './erase-stored.ts';

/** Commits keep one email for one email, under which nobody can be reached. */
export async function eraseStoredEmails(trx: Trx, person: ErasedPerson): Promise<void> {
  const { tenantId, people, emails } = person;
  if (emails.length === 0) return;
  const renamed = emails.map((email) => people.pseudonymEmail(email));
  const pairs = sql`unnest(${emails}::text[], ${renamed}::text[]) as pair (email, renamed)`;
  const pseudonymOf = (column: string) =>
    sql`coalesce((select renamed from ${pairs} where pair.email = ${sql.ref(column)}), ${sql.ref(column)})`;
  const isTheirs = (column: string) => sql`${sql.ref(column)} = any(${emails}::text[])`;
  await sql`
    update commits set
      author_name = case when ${isTheirs('author_email')} then null else author_name end,
      author_email = ${pseudonymOf('author_email')},
      committer_name = case when ${isTheirs('committer_email')} then null else committer_name end,
      committer_email = ${pseudonymOf('committer_email')},
      co_authors = array(select coalesce(pair.renamed, given.email)
        from unnest(co_authors) with ordinality given (email, place)
        left join ${pairs} on pair.email = given.email order by place)
    where tenant_id = ${tenantId} and (${isTheirs('author_email')} or ${isTheirs('committer_email')}
      or co_authors && ${emails}::text[])`.execute(trx);
  await sql`
    update deployment_changes set author_email = ${pseudonymOf('author_email')}
    where tenant_id = ${tenantId} and ${isTheirs('author_email')}`.execute(trx);
  await renameOwners(trx, person, renamed);
}

async function renameOwners(trx: Trx, person: ErasedPerson, renamed: readonly string[]): Promise<void> {
  const { tenantId, pseudonym, emails } = person;
  await sql`
    delete from contributor_emails where tenant_id = ${tenantId} and email = any(${emails}::text[])`.execute(trx);
  await sql`
    insert into contributor_emails (tenant_id, email, contributor_id, user_id, linked_at, linked_rank)
    select ${tenantId}::bigint, email, ${pseudonym}::bigint, ${pseudonym}::bigint, now(), 0 from unnest(${renamed}::text[]) email
    on conflict (tenant_id, email) do nothing`.execute(trx);
}
