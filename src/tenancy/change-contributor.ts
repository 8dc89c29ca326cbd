import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { ConflictError, InvalidPayloadError } from '../errors.ts';
import { isPseudonym } from '../facts/erased-people.ts';
import { touchPullsOf } from '../facts/touch-people.ts';
import { lockFacts } from '../facts/lock-facts.ts';
import { type Actor, recordAudit } from './audit-log.ts';

/** What is given is set. */
interface ContributorPatch {
  /** The same person; null: a person of their own again. */
  readonly merged_into?: number | null | undefined;
  /** Null: as GitHub has it. */
  readonly bot?: boolean | null | undefined;
  readonly excluded?: boolean | undefined;
}

interface Contributor {
  readonly contributor_id: number;
  readonly login: string | null;
  readonly type: 'User' | 'Bot';
  readonly bot: boolean | null;
  readonly excluded: boolean;
  readonly merged_into: number | null;
  readonly others: number;
}

interface Change {
  readonly contributorId: number;
  readonly patch: ContributorPatch;
  readonly actor: Actor;
}

/**
 * An account that is merged counts as its person does, and as itself again when it is taken apart.
 * @returns whether anything is another than before; undefined when there is no such contributor
 * @throws ConflictError, InvalidPayloadError
 */
export async function changeContributor(
  trx: Trx,
  tenantId: number,
  { contributorId, patch, actor }: Change,
): Promise<boolean | undefined> {
  // Facts move emails, and with them persons.
  await lockFacts(trx, tenantId);
  const before = await findContributor(trx, tenantId, contributorId);
  if (!before) return undefined;
  if (isPseudonym(contributorId)) throw new ConflictError('This person is erased.');
  if (patch.merged_into !== undefined) await setMerged(trx, tenantId, { contributor: before, into: patch.merged_into });
  const { bot, excluded } = patch;
  if (bot !== undefined || excluded !== undefined) await setCounting(trx, tenantId, { contributorId, bot, excluded });
  const after = await findContributor(trx, tenantId, contributorId);
  const [was, is] = [auditOf(before), after ? auditOf(after) : null];
  if (JSON.stringify(was) === JSON.stringify(is)) return false;
  await touchPullsOf(
    trx,
    tenantId,
    [before, after ?? before].map((one) => one.merged_into ?? one.contributor_id),
  );
  const target = `contributor ${before.login ?? contributorId}`;
  await recordAudit(trx, { tenantId, actor, action: 'contributor.change', target, before: was, after: is });
  return true;
}

async function findContributor(trx: Trx, tenantId: number, id: number): Promise<Contributor | undefined> {
  const { rows } = await sql<Contributor>`
    select c.contributor_id, c.login, c.type, c.bot, c.excluded, c.merged_into, (
      select count(*) from contributors m where m.tenant_id = ${tenantId} and m.merged_into = c.contributor_id) as others
    from contributors c where c.tenant_id = ${tenantId} and c.contributor_id = ${id}::bigint`.execute(trx);
  return rows[0];
}

interface Merge {
  readonly contributor: Contributor;
  readonly into: number | null;
}

async function setMerged(trx: Trx, tenantId: number, { contributor, into }: Merge): Promise<void> {
  const { contributor_id: id, merged_into: current } = contributor;
  if (into === current) return;
  if (current !== null) await takeApart(trx, tenantId, id);
  if (into === null) return;
  const person = await getPerson(trx, tenantId, { contributor, into });
  // A bot to GitHub is one for those that are merged into it; of who is none, they stay what they are.
  const bot = person.bot ?? (person.type === 'Bot' ? true : null);
  await sql`
    update contributors set merged_into = ${person.contributor_id}, bot = ${bot}, excluded = ${person.excluded},
      before_merge = jsonb_build_object('bot', bot, 'excluded', excluded)
    where tenant_id = ${tenantId} and contributor_id = ${id}`.execute(trx);
}

async function takeApart(trx: Trx, tenantId: number, id: number): Promise<void> {
  await sql`
    update contributors set merged_into = null, before_merge = null, bot = (before_merge -> 'bot')::boolean,
      excluded = coalesce((before_merge -> 'excluded')::boolean, false)
    where tenant_id = ${tenantId} and contributor_id = ${id}`.execute(trx);
}

/** Whom somebody is to be merged into: of one that is merged itself, the person. */
async function getPerson(trx: Trx, tenantId: number, { contributor, into }: Merge): Promise<Contributor> {
  const named = into === null ? undefined : await findContributor(trx, tenantId, into);
  const person = named && named.merged_into !== null ? await findContributor(trx, tenantId, named.merged_into) : named;
  if (!person || isPseudonym(person.contributor_id)) {
    throw new InvalidPayloadError(`\`merged_into\`: there is no contributor ${into} to merge into.`);
  }
  const { contributor_id: id, others } = contributor;
  if (person.contributor_id === id) throw new InvalidPayloadError('`merged_into`: this is the contributor itself.');
  if (others > 0) throw new ConflictError('Others are merged into this contributor: merge or take apart those first.');
  if (person.contributor_id < 0 && id > 0) {
    throw new ConflictError('An account is merged into an account: merge the other one into this one.');
  }
  return person;
}

interface Counting {
  readonly contributorId: number;
  readonly bot: boolean | null | undefined;
  readonly excluded: boolean | undefined;
}

async function setCounting(trx: Trx, tenantId: number, { contributorId, bot, excluded }: Counting): Promise<void> {
  const current = await findContributor(trx, tenantId, contributorId);
  if (current && current.merged_into !== null) {
    throw new ConflictError(`This contributor is merged into ${current.merged_into}, and counts as they do.`);
  }
  const isBot = (said: boolean | null): RawBuilder<unknown> =>
    sql`case when contributor_id = ${contributorId} then ${said}::boolean
      else coalesce(${said}::boolean, case when ${current?.type === 'Bot'} then true end) end`;
  const set = [
    ...(bot === undefined ? [] : [sql`bot = ${isBot(bot)}`]),
    ...(excluded === undefined ? [] : [sql`excluded = ${excluded}`]),
  ];
  await sql`
    update contributors set ${sql.join(set)}
    where tenant_id = ${tenantId} and (contributor_id = ${contributorId} or merged_into = ${contributorId})`.execute(
    trx,
  );
}

function auditOf({ merged_into, bot, excluded }: Contributor): object {
  return { merged_into, bot, excluded };
}
