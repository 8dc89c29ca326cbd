import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { createSecret, hashSecret } from '../secret.ts';

/** A person who is logged in. */
export interface Session {
  /** That of the cookie. */
  readonly secret: string;
  readonly userId: number;
  readonly login: string;
  /** The accounts whose installation GitHub let them see when they logged in. */
  readonly tenantIds: readonly number[];
}

/** The session of a cookie's secret; undefined when it has ended. Its use is noted once a minute. */
export async function useSession(db: Database, secret: string): Promise<Session | undefined> {
  const hash = hashSecret(secret);
  const { rows } = await sql<Omit<Session, 'secret'> & { isUseNoted: boolean }>`
    select user_id as "userId", login, to_json(tenant_ids) as "tenantIds",
      last_used_at > now() - interval '1 minute' as "isUseNoted"
    from sessions where session_hash = ${hash} and expires_at > now()`.execute(db);
  const [found] = rows;
  if (found && !found.isUseNoted) {
    await sql`update sessions set last_used_at = now() where session_hash = ${hash}`.execute(db);
  }
  return found && { ...found, secret };
}

export const SESSION_DAYS = 7;

interface NewSession extends Omit<Session, 'secret'> {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** @returns its secret, for the cookie alone */
export async function createSession(db: Database, session: NewSession): Promise<string> {
  const { userId, login, tenantIds, address, userAgent } = session;
  const secret = createSecret();
  await sql`
    insert into sessions (session_hash, user_id, login, tenant_ids, expires_at, address, user_agent)
    values (${hashSecret(secret)}, ${userId}, ${login}, ${tenantIds}::bigint[],
      now() + make_interval(days => ${SESSION_DAYS}), ${address}, ${userAgent})`.execute(db);
  return secret;
}

export async function endSession(db: Database, secret: string): Promise<void> {
  await sql`delete from sessions where session_hash = ${hashSecret(secret)}`.execute(db);
}

/** Of a person who has taken back what they allowed the App. */
export async function endSessionsOf(db: Database, userId: number): Promise<void> {
  await sql`delete from sessions where user_id = ${userId}`.execute(db);
}

/** Of everybody who logged in with access to an account that has no App any more; they may log in again. */
export async function endSessionsIn(db: Database, tenantId: number): Promise<void> {
  await sql`delete from sessions where tenant_ids @> array[${tenantId}]::bigint[]`.execute(db);
}

export async function removeExpiredSessions(db: Database): Promise<void> {
  await sql`delete from sessions where expires_at < now()`.execute(db);
}
