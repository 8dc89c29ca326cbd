import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { hashSecret } from './secret.ts';

/** A person who is logged in. */
export interface Session {
  readonly userId: number;
  readonly login: string;
  /** The accounts whose installation GitHub let them see when they logged in. */
  readonly tenantIds: readonly number[];
}

/** The session of a cookie's secret; undefined when it has ended. Its use is noted once a minute. */
export async function useSession(db: Database, secret: string): Promise<Session | undefined> {
  const hash = hashSecret(secret);
  const { rows } = await sql<Session & { isUseNoted: boolean }>`
    select user_id as "userId", login, to_json(tenant_ids) as "tenantIds",
      last_used_at > now() - interval '1 minute' as "isUseNoted"
    from sessions where session_hash = ${hash} and expires_at > now()`.execute(db);
  const [found] = rows;
  if (found && !found.isUseNoted) {
    await sql`update sessions set last_used_at = now() where session_hash = ${hash}`.execute(db);
  }
  return found;
}
