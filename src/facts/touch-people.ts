import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { FactBatch } from './batch.ts';

/** Notes that the merged pull requests that these persons have opened, or looked at, are to be derived anew. */
export async function touchPullsOf(trx: Trx, tenantId: number, persons: readonly number[]): Promise<void> {
  if (persons.length === 0) return;
  await sql`
    with accounts as (
      select contributor_id from contributors
      where tenant_id = ${tenantId} and coalesce(merged_into, contributor_id) = any(${persons}::bigint[])
    ), theirs as (
      select repository_id, number from pull_requests
      where tenant_id = ${tenantId} and author_id in (select contributor_id from accounts)
      union
      select repository_id, number from reviews
      where tenant_id = ${tenantId} and author_id in (select contributor_id from accounts)
      union
      select repository_id, number from comments
      where tenant_id = ${tenantId} and kind = 'review' and author_id in (select contributor_id from accounts)
    )
    insert into touched_facts (tenant_id, repository_id, pulls)
    select ${tenantId}::bigint, p.repository_id, array_agg(p.number)
    from theirs join pull_requests p
      on p.tenant_id = ${tenantId} and p.repository_id = theirs.repository_id and p.number = theirs.number
    where p.merged_at is not null group by p.repository_id`.execute(trx);
}

/**
 * The persons that this batch makes bots, or no bots any more: by their type, or by a login that a definition lists. To
 * be asked before it is written; of accounts that were never told of nobody knew that they are bots.
 */
export async function listChangedBots(trx: Trx, tenantId: number, batch: FactBatch): Promise<number[]> {
  const told = batch.rows('contributors').flatMap(({ key: [id], groups }) => {
    const observed = groups.get('observed');
    return observed ? [{ id, at: observed.at, login: observed.values['login'], type: observed.values['type'] }] : [];
  });
  if (told.length === 0) return [];
  const { rows } = await sql<{ person: number }>`
    select coalesce(c.merged_into, x.id) as person
    from unnest(${told.map(({ id }) => id)}::bigint[], ${told.map(({ at }) => at)}::timestamptz[],
      ${told.map(({ login }) => login)}::text[], ${told.map(({ type }) => type)}::text[]) as x (id, at, login, type)
    left join contributors c on c.tenant_id = ${tenantId} and c.contributor_id = x.id
    where (c.observed_at is null or c.observed_at <= x.at) and (
      x.type <> coalesce(c.type, 'User')
      or x.login is distinct from c.login and exists (
        select from metric_definitions d
        where d.tenant_id = ${tenantId} and d.definition -> 'bots' ?| array[lower(x.login), lower(c.login)]))`.execute(
    trx,
  );
  return rows.map(({ person }) => person);
}
