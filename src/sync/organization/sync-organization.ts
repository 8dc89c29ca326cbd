import { type Trx, withTenant } from '../../../db/tenant.ts';
import { type AccessRead, recordAccessReads } from '../../access/access-reads.ts';
import { updateAllAccess } from '../../access/update-all-access.ts';
import { updateMembers } from '../../access/update-members.ts';
import { mergeFacts } from '../../events/merge-facts.ts';
import { applyFacts } from '../../facts/apply.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Priority } from '../../github/github.ts';
import { type AccessDeps, type AccessTarget, findAccessTarget } from './access-target.ts';
import { basePermissionFacts, customRoleFacts, memberFacts, teamFacts } from './organization-facts.ts';
import { orForbidden, type Readable } from './readable.ts';
import { readMembers } from './read-members.ts';
import { readBasePermission, readCustomRoles } from './read-settings.ts';
import { readTeams } from './read-teams.ts';
import { removeUnlisted } from './remove-unlisted.ts';
import { findTeamChanges } from './team-changes.ts';

const NO_MEMBERS = 'The app has no permission to read members.';

/** Reads who belongs to an organization, its teams and its settings, and replaces with that what was known. */
export async function syncOrganizationAccess(
  deps: AccessDeps,
  { tenantId, priority }: { tenantId: number; priority: Priority },
): Promise<void> {
  const target = await findAccessTarget(deps, { tenantId, priority });
  if (!target) return;
  const lists = target.isOrganization ? await readLists(target) : [];
  await withTenant(deps.db, tenantId, async (trx) => {
    const listed = lists.map(({ facts }) => facts);
    const changes = await findTeamChanges(trx, tenantId, { facts: mergeFacts(...listed), at: target.at });
    await applyFacts(trx, tenantId, [...listed, changes]);
    for (const { read, tables } of lists) if (read.reason === null) await removeAll(trx, target, tables);
    await recordAccessReads(
      trx,
      tenantId,
      lists.map(({ read }) => read),
    );
    await updateMembers(trx, tenantId, 'all');
  });
  await updateAllAccess(deps.db, tenantId);
}

type ListTable = Parameters<typeof removeUnlisted>[2];

interface List {
  readonly read: AccessRead;
  readonly facts: Facts;
  /** Of which it is the whole. */
  readonly tables: readonly ListTable[];
}

async function readLists({ github, login, at }: AccessTarget): Promise<List[]> {
  const members = await orForbidden(readMembers(github, login), NO_MEMBERS);
  const teams = await orForbidden(readTeams(github, login), NO_MEMBERS);
  const base = await orForbidden(readBasePermission(github, login), 'The app may not read the base permission.');
  const roles = await orForbidden(readCustomRoles(github, login), 'The app may not read custom roles.');
  const told = base.value === null ? { value: null, reason: base.reason ?? 'GitHub does not tell it.' } : base;
  const list = <T>(scope: AccessRead['scope'], read: Readable<T>, facts: (value: T) => Facts, tables: ListTable[]) => ({
    read: { scope, at, reason: read.reason },
    facts: read.reason === null ? facts(read.value) : {},
    tables,
  });
  return [
    list('members', members, (value) => memberFacts(value, at), ['organization_members']),
    list('teams', teams, (value) => teamFacts({ teams: value, at }), ['teams', 'team_members', 'team_repositories']),
    list('base_permission', told, (value) => (value === null ? {} : basePermissionFacts(value, at)), []),
    list('custom_roles', roles, (value) => customRoleFacts(value, at), ['custom_repository_roles']),
  ];
}

async function removeAll(trx: Trx, { tenantId, at }: AccessTarget, tables: readonly ListTable[]): Promise<void> {
  for (const table of tables) await removeUnlisted(trx, tenantId, table, { at });
}
