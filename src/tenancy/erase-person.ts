import { sql } from 'kysely';
import { enterTenant, leaveTenant, type Trx } from '../../db/tenant.ts';
import { ConflictError } from '../errors.ts';
import { eraseIdentity, listEmailsOf } from '../facts/erase-stored.ts';
import { createPseudonym, isPseudonym, openErasedPeople, pseudonymLogin } from '../facts/erased-people.ts';
import { lockFacts } from '../facts/lock-facts.ts';
import { type Actor, recordAudit } from './audit-log.ts';
import { redactAuditLog } from './redact-audit-log.ts';

/** An erasure, as far as it is: the stored deliveries follow. */
export interface Erasure {
  readonly contributor_id: number;
  readonly erased_at: Date;
  readonly deliveries_changed: number;
  readonly finished_at: Date | null;
}

interface Known {
  readonly contributor_id: number;
  readonly login: string | null;
  readonly name: string | null;
  readonly logins: readonly string[];
}

/**
 * Takes a person out of a tenant's data: their accounts and those merged with them become pseudonyms, under which
 * every number stays what it was. What is stored of deliveries is rewritten later, by `eraseFromDeliveries`.
 * @returns undefined when there is no such contributor
 * @throws ConflictError for the last owner, and for who is erased already
 */
export async function erasePerson(
  trx: Trx,
  tenantId: number,
  { contributorId, actor }: { contributorId: number; actor: Actor },
): Promise<Erasure | undefined> {
  if (isPseudonym(contributorId)) throw new ConflictError('This person is erased already.');
  await lockFacts(trx, tenantId);
  const accounts = await findAccounts(trx, tenantId, contributorId);
  if (accounts.length === 0) return undefined;
  await keepAnOwner(trx, tenantId, accounts);
  const pseudonyms = new Map(accounts.map((account) => [account.contributor_id, createPseudonym()]));
  const emails: string[] = [];
  for (const account of accounts) emails.push(...(await eraseAccount(trx, tenantId, { account, pseudonyms })));
  const [own = createPseudonym()] = pseudonyms.values();
  const names = accounts.flatMap(({ logins, name }) => [...logins, name ?? '']).filter((name) => name !== '');
  const words = [...names, ...emails];
  const redacted = await redactAuditLog(trx, tenantId, { words, replacement: pseudonymLogin(own) });
  await endSessions(trx, tenantId, accounts);
  await recordAudit(trx, {
    tenantId,
    actor: words.includes(actor.name) ? { name: pseudonymLogin(own), address: null, userAgent: null } : actor,
    action: 'contributor.erase',
    target: `contributor ${own}`,
    before: null,
    after: { accounts: accounts.length, redacted_entries: redacted },
  });
  const { rows } = await sql<Erasure>`
    insert into erased_people (tenant_id, contributor_id) values (${tenantId}, ${own}) returning *`.execute(trx);
  return rows[0];
}

/** The contributor first, then those who are the same person. A login that somebody else was seen under since is theirs. */
async function findAccounts(trx: Trx, tenantId: number, contributorId: number): Promise<readonly Known[]> {
  const { rows } = await sql<Known>`
    with asked as (
      select coalesce(merged_into, contributor_id) as person from contributors
      where tenant_id = ${tenantId} and contributor_id = ${contributorId}::bigint
    )
    select c.contributor_id, c.login, c.name, array(
      select l.login from contributor_logins l
      where l.tenant_id = ${tenantId} and l.contributor_id = c.contributor_id and not exists (
        select from contributor_logins later
        where later.tenant_id = ${tenantId} and later.login = l.login and later.contributor_id <> l.contributor_id
          and later.seen_at > l.seen_at)
      union select c.login where c.login is not null
    ) as logins
    from contributors c join asked on c.contributor_id = asked.person or c.merged_into = asked.person
    where c.tenant_id = ${tenantId}
    order by c.contributor_id = asked.person desc, c.contributor_id`.execute(trx);
  return rows;
}

interface Account {
  readonly account: Known;
  readonly pseudonyms: ReadonlyMap<number, number>;
}

/** @returns the emails that it had */
async function eraseAccount(trx: Trx, tenantId: number, { account, pseudonyms }: Account): Promise<readonly string[]> {
  const { contributor_id: id, logins } = account;
  const pseudonym = pseudonyms.get(id) ?? createPseudonym();
  const emails = await listEmailsOf(trx, tenantId, { ids: [id], logins });
  const people = await openErasedPeople(trx, tenantId);
  await eraseIdentity(trx, { tenantId, people, pseudonym, ids: [id], logins, emails });
  const login = pseudonymLogin(pseudonym);
  // Settings name bots by login: what counted as one still does.
  for (const known of logins) {
    await sql`
      update metric_definitions set definition = jsonb_set(definition, '{bots}',
        (definition -> 'bots') - ${known.toLowerCase()}::text || to_jsonb(${login}::text))
      where tenant_id = ${tenantId} and definition -> 'bots' ? ${known.toLowerCase()}`.execute(trx);
  }
  await sql`
    update contributors set login = ${login}, name = null where tenant_id = ${tenantId} and contributor_id = ${pseudonym}`.execute(
    trx,
  );
  await sql`
    update contributors set merged_into = ${pseudonym} where tenant_id = ${tenantId} and merged_into = ${id}`.execute(
    trx,
  );
  return emails;
}

/** The locks make an owner who is demoted at the same time wait, or be gone already. */
async function keepAnOwner(trx: Trx, tenantId: number, accounts: readonly Known[]): Promise<void> {
  const { rows: owners } = await sql<{ user_id: number }>`
    select user_id from members where tenant_id = ${tenantId} and role = 'owner' and removed_at is null
    order by user_id for update`.execute(trx);
  const erased = owners.filter(({ user_id }) => accounts.some(({ contributor_id: id }) => id === user_id));
  if (erased.length > 0 && erased.length === owners.length) {
    throw new ConflictError('This is the last owner: make somebody else an owner first.');
  }
}

/** Whoever is nobody here is not logged in here. */
async function endSessions(trx: Trx, tenantId: number, accounts: readonly Known[]): Promise<void> {
  await leaveTenant(trx);
  const ids = accounts.map(({ contributor_id: id }) => id);
  await sql`delete from sessions where user_id = any(${ids}::bigint[])`.execute(trx);
  await enterTenant(trx, tenantId);
}
