import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { csrfTokenOf } from '../../src/http/api/csrf.ts';
import { SESSION_COOKIE } from '../../src/http/login/session-cookie.ts';
import { createToken } from '../../src/tenancy/change-tokens.ts';
import type { Role } from '../../src/tenancy/roles.ts';
import type { Scope } from '../../src/tenancy/scopes.ts';
import { createSession } from '../../src/tenancy/sessions.ts';
import { storeFacts } from './api.ts';
import { contributorFact } from './sample-facts.ts';

/** What a request is sent with. */
export type Credentials = Readonly<Record<string, string>>;

interface Member {
  readonly tenantId: number;
  readonly org: string;
  readonly userId: number;
  readonly role: Role;
}

export async function addMember(db: Database, { tenantId, org, userId, role }: Member): Promise<string> {
  const login = `${role}-${userId}`;
  await storeFacts(db, tenantId, org, { contributors: [contributorFact(userId, login)] });
  await withTenant(db, tenantId, (trx) =>
    sql`
      insert into members (tenant_id, user_id, role, source) values (${tenantId}, ${userId}, ${role}, 'manual')`.execute(
      trx,
    ),
  );
  return login;
}

/** A person who is logged in, with what their browser sends. */
export async function logInAs(db: Database, member: Member): Promise<Credentials> {
  const login = await addMember(db, member);
  const session = { userId: member.userId, login, tenantIds: [member.tenantId], address: null, userAgent: null };
  const secret = await createSession(db, session);
  return { cookie: `${SESSION_COOKIE}=${secret}`, 'x-csrf-token': csrfTokenOf(secret) };
}

/** An owner's token. */
export async function tokenOf(db: Database, tenantId: number, scopes: readonly Scope[]): Promise<Credentials> {
  const actor = { name: 'test', address: null, userAgent: null };
  const token = { name: scopes.join(' '), role: 'owner', scopes, expiresAt: null, actor } as const;
  const { secret } = await withTenant(db, tenantId, (trx) => createToken(trx, tenantId, token));
  return { authorization: `Bearer ${secret}` };
}
