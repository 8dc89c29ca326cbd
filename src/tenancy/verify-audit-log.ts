import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/** What is wrong with an entry, and what somebody did who made it so. */
const flawMeanings = {
  missing: 'the entries before it are gone',
  link: 'it does not go on from the entry before it',
  hash: 'its hash is not that of its link and its content',
  content: 'it does not say any more what it said when it was written',
  redaction: 'it was changed as if a person had been erased from it, and no entry says so',
  end: 'it is not the last one that was written: later entries are gone, or were put in',
} as const;

type Flaw = keyof typeof flawMeanings;

export interface AuditVerification {
  readonly entries: number;
  /** Up to which the oldest were pruned; 0: none. */
  readonly prunedTo: number;
  /** The first entry with a flaw. */
  readonly broken: { readonly entryId: number; readonly flaw: Flaw; readonly meaning: string } | undefined;
}

/** Computes a tenant's chain anew and compares. @param trx in the tenant's role */
export async function verifyAuditLog(trx: Trx, tenantId: number): Promise<AuditVerification> {
  const { rows } = await sql<{ entries: number; pruned_to: number; entry_id: number | null; flaw: Flaw | null }>`
    with chain as (
      select coalesce(c.entry_id, 0) as entry_id, coalesce(c.hash, '') as hash, coalesce(c.pruned_to, 0) as pruned_to,
        coalesce(c.pruned_hash, '') as pruned_hash
      from (select ${tenantId}::bigint as tenant_id) wanted left join audit_chains c using (tenant_id)
    ), linked as (
      select log.*, coalesce(lag(log.entry_id) over entries, chain.pruned_to) + 1 as expected_id,
        coalesce(lag(log.hash) over entries, chain.pruned_hash) as expected_hash
      from audit_log log cross join chain where log.tenant_id = ${tenantId} window entries as (order by log.entry_id)
    ), flaws as (
      select entry_id, ${flawOfEntry} as flaw from linked
      union all
      select coalesce(last.entry_id, chain.pruned_to), 'end' from chain
      left join (select entry_id, hash from linked order by entry_id desc limit 1) last on true
      where (chain.entry_id, chain.hash)
        <> (coalesce(last.entry_id, chain.pruned_to), coalesce(last.hash, chain.pruned_hash))
    ), first as (
      select entry_id, flaw from flaws where flaw is not null order by entry_id, (flaw = 'end')::int limit 1
    )
    select (select count(*) from linked) as entries, chain.pruned_to, first.entry_id, first.flaw
    from chain left join first on true`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('an aggregate returns a row');
  const { entries, pruned_to: prunedTo, entry_id: entryId, flaw } = row;
  const broken = flaw === null ? undefined : { entryId: entryId ?? 0, flaw, meaning: flawMeanings[flaw] };
  return { entries, prunedTo, broken };
}

/** Whoever erases a person writes into a later entry which ones it changed. */
const isRedactionKnown = sql`exists (
  select from audit_log later
  where later.tenant_id = linked.tenant_id and later.entry_id > linked.entry_id and later.action = 'contributor.erase'
    and later.after -> 'redacted_entries' @> to_jsonb(linked.entry_id))`;

const flawOfEntry = sql`case
  when entry_id <> expected_id then 'missing'
  when previous_hash <> expected_hash then 'link'
  when hash <> sha256(previous_hash || content_hash) then 'hash'
  when salt is null and not ${isRedactionKnown} then 'redaction'
  when salt is not null and content_hash <> audit_content_hash(salt, tenant_id, entry_id, at, actor, action, target,
    before, after, address, user_agent) then 'content'
end`;
