import type { Database } from '../../../db/connection.ts';
import { withTenant } from '../../../db/tenant.ts';
import { updateMembers } from '../../access/update-members.ts';
import { ForbiddenError } from '../../errors.ts';
import { applyFacts } from '../../facts/apply.ts';
import type { GitHub } from '../../github/github.ts';
import { type GitHubIdentity, readIdentity } from '../../github/read-identity.ts';
import type { Logger } from '../../logging.ts';
import { syncMember } from '../../sync/organization/sync-member.ts';
import { type Actor, recordAudit } from '../../tenancy/audit-log.ts';
import { acceptInvitation } from '../../tenancy/invitations.ts';
import { findMembership } from '../../tenancy/members.ts';
import { recordRefusal, recordRefusedInvitation } from '../../tenancy/refused-logins.ts';
import { createSession } from '../../tenancy/sessions.ts';

export interface LogInDeps {
  readonly db: Database;
  readonly github: Pick<GitHub, 'person' | 'installation'>;
  readonly log: Logger;
}

interface Login {
  /** Of the person, from GitHub; it is not kept. */
  readonly token: string;
  readonly invitation: string | undefined;
  readonly from: Pick<Actor, 'address' | 'userAgent'>;
}

/**
 * Makes a session for a person, with what GitHub says at this moment of who they are and what they may access.
 * @returns the session's secret
 * @throws ForbiddenError for an invitation that is not theirs, and what reading from GitHub throws
 */
export async function logIn(deps: LogInDeps, { token, invitation, from }: Login): Promise<string> {
  const { db, github } = deps;
  const identity = await readIdentity(github.person(token));
  const actor = { name: identity.login, ...from };
  if (invitation !== undefined) await accept(db, { secret: invitation, identity, actor });
  const tenantIds = await listTenants(db, identity.tenantIds);
  await Promise.all(tenantIds.map((tenantId) => refreshMember(deps, { tenantId, identity, actor })));
  return createSession(db, { ...identity, tenantIds, ...from });
}

async function accept(
  db: Database,
  { secret, identity, actor }: { secret: string; identity: GitHubIdentity; actor: Actor },
): Promise<void> {
  try {
    await acceptInvitation(db, { secret, identity, actor });
  } catch (error) {
    if (error instanceof ForbiddenError) await recordRefusedInvitation(db, { secret, actor });
    throw error;
  }
}

async function listTenants(db: Database, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('tenants').select('tenant_id').where('tenant_id', 'in', ids).execute();
  return rows.map(({ tenant_id }) => tenant_id);
}

interface Refresh {
  readonly tenantId: number;
  readonly identity: GitHubIdentity;
  readonly actor: Actor;
}

/** So that who installs the App can look at once, and who has left an organization finds it closed. */
async function refreshMember(deps: LogInDeps, { tenantId, identity, actor }: Refresh): Promise<void> {
  const { db, log } = deps;
  const { userId, login, name } = identity;
  const observed = { at: new Date().toISOString(), login, name, type: 'User' };
  await withTenant(db, tenantId, async (trx) => {
    await applyFacts(trx, tenantId, [{ contributors: [{ contributor_id: userId, observed }] }]);
    await updateMembers(trx, tenantId, { people: [userId] });
  });
  // What is stored of them will do when GitHub does not answer.
  await syncMember(deps, { tenantId, userId, priority: 'live' }).catch((err: unknown) => {
    log.warn({ err, tenant: tenantId }, 'membership of a person who logs in not read');
  });
  await withTenant(db, tenantId, async (trx) => {
    const target = `member ${login}`;
    if (!(await findMembership(trx, tenantId, userId)))
      return recordRefusal(trx, tenantId, { actor, reason: 'not a member', target });
    await recordAudit(trx, { tenantId, actor, action: 'session.create', target, before: null, after: null });
  });
}
