import type { Facts } from '../../src/facts/facts.ts';

type Rows<T extends keyof Facts> = NonNullable<Facts[T]>;

/** What GitHub says of one organization, the latest of each row. */
export interface Grants {
  readonly members: Rows<'organization_members'>;
  readonly teams: Rows<'teams'>;
  readonly teamMembers: Rows<'team_members'>;
  readonly teamRepositories: Rows<'team_repositories'>;
  readonly collaborators: Rows<'repository_collaborators'>;
  readonly roles: Rows<'custom_repository_roles'>;
  readonly basePermission: string | null;
  readonly repositories: readonly number[];
}

interface Grant {
  readonly role: string | null;
  readonly path: string;
}

const levels = ['read', 'triage', 'write', 'maintain', 'admin'];

/** As `repository:person` → `level path`: the same as `computedAccess`, person by person and repository by repository. */
export function referenceAccess(grants: Grants): Map<string, string> {
  const access = new Map<string, string>();
  const people = [grants.members, grants.teamMembers, grants.collaborators].flatMap((rows) =>
    rows.map(({ user_id }) => user_id),
  );
  for (const repository of grants.repositories) {
    for (const person of new Set(people)) {
      const found = highest(grants, listGrants(grants, { repository, person }));
      if (found) access.set(`${repository}:${person}`, found);
    }
  }
  return access;
}

function listGrants(grants: Grants, { repository, person }: { repository: number; person: number }): Grant[] {
  const found: Grant[] = [];
  const membership = grants.members.find(({ user_id }) => user_id === person)?.observed;
  const isMember = membership !== undefined && isLive(membership);
  if (isMember && membership.role === 'owner') found.push({ role: 'admin', path: 'owner' });
  const direct = grants.collaborators.find((row) => row.user_id === person && row.repository_id === repository);
  if (direct && isLive(direct.observed)) found.push({ role: direct.observed?.permission ?? null, path: 'direct' });
  if (membership === undefined || isMember) found.push(...listTeamGrants(grants, { repository, person }));
  if (isMember && grants.basePermission !== null && grants.basePermission !== 'none')
    found.push({ role: grants.basePermission, path: 'base permission' });
  return found;
}

function listTeamGrants(grants: Grants, { repository, person }: { repository: number; person: number }): Grant[] {
  const memberships = grants.teamMembers.filter((row) => row.user_id === person && isLive(row.observed));
  const found = memberships.flatMap(({ team_id }) => {
    const line = lineage(grants, team_id);
    return line.flatMap((team, index) => {
      const row = grants.teamRepositories.find((one) => one.team_id === team && one.repository_id === repository);
      if (!row || !isLive(row.observed)) return [];
      const names = line.slice(0, index + 1).map((id) => slugOf(grants, id));
      return [{ role: row.observed?.permission ?? null, path: `team ${names.toReversed().join(' › ')}` }];
    });
  });
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function lineage(grants: Grants, team: number): number[] {
  const line: number[] = [];
  let next: number | null = team;
  while (next !== null && !line.includes(next)) {
    const row = grants.teams.find(({ team_id }) => team_id === next);
    if (!row || !isLive(row.observed)) break;
    line.push(next);
    next = row.observed?.parent_id ?? null;
  }
  return line;
}

function highest({ roles }: Grants, found: readonly Grant[]): string | undefined {
  if (found.length === 0) return undefined;
  const ranked = found.map(({ role, path }) => ({ rank: rankOf(roles, role), path }));
  const best = ranked.toSorted((a, b) => (b.rank ?? -1) - (a.rank ?? -1))[0];
  if (best?.rank === 4) return `admin ${best.path}`;
  if (ranked.some(({ rank }) => rank === undefined)) return 'unknown';
  return `${levels[best?.rank ?? 0]} ${best?.path}`;
}

function rankOf(roles: Grants['roles'], name: string | null): number | undefined {
  if (name !== null && levels.includes(name)) return levels.indexOf(name);
  const bases = roles.filter(({ observed }) => isLive(observed) && observed?.name === name);
  const ranks = bases.map(({ observed }) => levels.indexOf(observed?.base_role ?? '')).filter((rank) => rank >= 0);
  return ranks.length === 0 ? undefined : Math.max(...ranks);
}

function slugOf(grants: Grants, team: number): string {
  return grants.teams.find(({ team_id }) => team_id === team)?.observed?.slug ?? '';
}

function isLive(observed: { readonly removed_at: string | null } | undefined): boolean {
  return observed !== undefined && observed.removed_at === null;
}
