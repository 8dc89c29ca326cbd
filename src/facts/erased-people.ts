import { createHash, randomBytes, randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/** GitHub's ids stay far below. */
const FIRST_PSEUDONYM = 2 ** 52;

/** An id that stands for an erased person, and tells nothing of them. */
export function createPseudonym(): number {
  return FIRST_PSEUDONYM + randomInt(2 ** 47);
}

export function isPseudonym(contributorId: number): boolean {
  return contributorId >= FIRST_PSEUDONYM;
}

/** Where a login must be, as in a payload. */
export function pseudonymLogin(pseudonym: number): string {
  return `erased-${pseudonym.toString(36)}`;
}

/** By what a person is known. */
export interface Identity {
  readonly kind: 'id' | 'login' | 'email';
  readonly value: string;
}

/** The erased people of a tenant, known again by hashes of what they were known by. */
export class ErasedPeople {
  readonly #salt: Buffer;
  readonly #pseudonyms: Map<string, number>;

  constructor(salt: Buffer, pseudonyms: Iterable<readonly [digest: string, pseudonym: number]>) {
    this.#salt = salt;
    this.#pseudonyms = new Map(pseudonyms);
  }

  digest({ kind, value }: Identity): Buffer {
    return createHash('sha256').update(this.#salt).update(`${kind}:${value.toLowerCase()}`).digest();
  }

  /** @returns the pseudonym of an erased person; undefined for everybody else */
  pseudonymOf(identity: Identity): number | undefined {
    return this.#pseudonyms.get(this.digest(identity).toString('hex'));
  }

  /** What stands for an email: commits of one email stay commits of one email. */
  pseudonymEmail(email: string): string {
    const digest = this.digest({ kind: 'email', value: email });
    return `${digest.toString('hex').slice(0, 20)}@erased.invalid`;
  }

  learn(identity: Identity, pseudonym: number): void {
    this.#pseudonyms.set(this.digest(identity).toString('hex'), pseudonym);
  }
}

/** @param trx after `lockFacts`. @returns undefined when nobody was erased */
export async function readErasedPeople(trx: Trx, tenantId: number): Promise<ErasedPeople | undefined> {
  const { rows } = await sql<{ salt: Buffer; pseudonyms: [string, number][] }>`
    select salt, (select coalesce(json_agg(json_build_array(encode(digest, 'hex'), contributor_id)), '[]')
      from erased_identities where tenant_id = ${tenantId}) as pseudonyms
    from erasure_salts where tenant_id = ${tenantId}`.execute(trx);
  const [row] = rows;
  return row && new ErasedPeople(row.salt, row.pseudonyms);
}

/** The same, also before the first erasure. */
export async function openErasedPeople(trx: Trx, tenantId: number): Promise<ErasedPeople> {
  await sql`
    insert into erasure_salts (tenant_id, salt) values (${tenantId}, ${randomBytes(32)}) on conflict do nothing`.execute(
    trx,
  );
  const people = await readErasedPeople(trx, tenantId);
  if (!people) throw new Error('an upsert has its row');
  return people;
}

/** From now on whoever is known by one of these is the erased person. */
export async function storeErasedIdentities(
  trx: Trx,
  tenantId: number,
  { people, pseudonym, identities }: { people: ErasedPeople; pseudonym: number; identities: readonly Identity[] },
): Promise<void> {
  for (const identity of identities) {
    people.learn(identity, pseudonym);
    await sql`
      insert into erased_identities (tenant_id, digest, contributor_id)
      values (${tenantId}, ${people.digest(identity)}, ${pseudonym}) on conflict do nothing`.execute(trx);
  }
}
