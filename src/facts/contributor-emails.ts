import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { FactBatch } from './batch.ts';
import type { FactOf, FactTable } from './fact-table.ts';

/** An email seen in a commit. `linked` only where GitHub itself named the account: a name alone links nobody. */
export const contributorEmails = {
  name: 'contributor_emails',
  key: { email: 'text' },
  groups: {
    named: { name: 'text?' },
    linked: { login: 'text?', user_id: 'bigint?' },
  },
} as const satisfies FactTable;
export type ContributorEmailFact = FactOf<typeof contributorEmails>;

/**
 * Gives every email that the batch touched its person: the GitHub user that it is linked to, by id, or by a
 * login as the account that was seen under it last; else
 * the person of that login; else the person of that email alone, with a negative id made of it.
 */
export async function resolveContributors(trx: Trx, tenantId: number, batch: FactBatch): Promise<void> {
  const emails = batch.rows('contributor_emails').map(({ key }) => key[0]);
  const logins = batch.rows('contributor_logins').map(({ key }) => key[0]);
  if (emails.length === 0 && logins.length === 0) return;
  const moved = await moveEmails(trx, tenantId, { emails, logins });
  const ids = [...new Set(moved.flatMap((row) => [row.contributor_id, row.former_id]))];
  await upsertUnlinkedContributors(trx, tenantId, { emails, ids });
  await removeEmptyContributors(trx, tenantId, ids);
  await followMoved(trx, tenantId, moved);
}

interface Moved {
  readonly contributor_id: number;
  readonly former_id: number;
}

async function moveEmails(
  trx: Trx,
  tenantId: number,
  touched: { emails: unknown[]; logins: unknown[] },
): Promise<Moved[]> {
  const { rows } = await sql<Moved>`
    with resolved as (
      select email, contributor_id as former_id, coalesce(
        e.user_id,
        (select l.contributor_id from contributor_logins l
          where l.tenant_id = ${tenantId} and l.login = e.login
          order by l.seen_at desc, l.contributor_id desc limit 1),
        -('x' || left(md5(coalesce('login:' || e.login, 'email:' || e.email)), 13))::bit(52)::bigint - 1
      ) as contributor_id
      from contributor_emails e
      where e.tenant_id = ${tenantId} and (e.email = any(${touched.emails}::text[]) or e.login = any(${touched.logins}::text[]))
    )
    update contributor_emails e set contributor_id = resolved.contributor_id
    from resolved
    where e.tenant_id = ${tenantId} and e.email = resolved.email and e.contributor_id <> resolved.contributor_id
    returning resolved.contributor_id, resolved.former_id`.execute(trx);
  return rows;
}

/** A person without a GitHub user id is known by what its emails say. */
async function upsertUnlinkedContributors(
  trx: Trx,
  tenantId: number,
  touched: { emails: unknown[]; ids: number[] },
): Promise<void> {
  await sql`
    insert into contributors as c (tenant_id, contributor_id, login, name, type)
    select ${tenantId}::bigint, contributor_id, max(login),
      (array_agg(name order by named_at desc nulls last, named_rank desc, email))[1],
      case when bool_or(login like '%[bot]' or name like '%[bot]') then 'Bot' else 'User' end
    from contributor_emails
    where tenant_id = ${tenantId} and contributor_id < 0 and (contributor_id = any(${touched.ids}::bigint[]) or contributor_id in (
      select contributor_id from contributor_emails where tenant_id = ${tenantId} and email = any(${touched.emails}::text[])))
    group by contributor_id
    on conflict (tenant_id, contributor_id) do update set login = excluded.login, name = excluded.name, type = excluded.type
    where (c.login, c.name, c.type) is distinct from (excluded.login, excluded.name, excluded.type)`.execute(trx);
}

async function removeEmptyContributors(trx: Trx, tenantId: number, ids: readonly number[]): Promise<void> {
  const unlinked = ids.filter((id) => id < 0);
  if (unlinked.length === 0) return;
  await sql`
    delete from contributors c
    where c.tenant_id = ${tenantId} and c.contributor_id = any(${unlinked}::bigint[])
      and not exists (select from contributor_emails e where e.tenant_id = ${tenantId} and e.contributor_id = c.contributor_id)`.execute(
    trx,
  );
}

/** Who was merged into a person that is known by an account now is merged into that account. */
async function followMoved(trx: Trx, tenantId: number, moved: readonly Moved[]): Promise<void> {
  const gone = moved.filter(({ former_id }) => former_id < 0);
  if (gone.length === 0) return;
  await sql`
    update contributors c set merged_into = nullif(coalesce(
      (select person.merged_into from contributors person
        where person.tenant_id = ${tenantId} and person.contributor_id = m.contributor_id), m.contributor_id), c.contributor_id)
    from (
      select distinct on (former_id) former_id, contributor_id
      from unnest(${gone.map((row) => row.former_id)}::bigint[], ${gone.map((row) => row.contributor_id)}::bigint[])
        as x (former_id, contributor_id)
      order by former_id, contributor_id desc
    ) m
    where c.tenant_id = ${tenantId} and c.merged_into = m.former_id and not exists (
      select from contributors former where former.tenant_id = ${tenantId} and former.contributor_id = m.former_id)`.execute(
    trx,
  );
}
