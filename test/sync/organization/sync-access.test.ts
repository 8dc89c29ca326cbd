import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Organization } from '../../support/github/truth/organization.ts';
import { baseRole, type Person } from '../../support/github/truth/person.ts';
import type { Repository } from '../../support/github/truth/repository.ts';
import { createOrganizationSync } from '../../support/organization-sync.ts';

const { standIn, organization, installation, tenantId, sync, query, github } = await createOrganizationSync();

interface AccessRow {
  readonly repository_id: number;
  readonly user_id: number;
  readonly level: string;
  readonly path: string | null;
  readonly custom_role: string | null;
  readonly github_level: string | null;
  readonly reason: string | null;
}

const readAccess = () =>
  query<AccessRow>(sql`
    select repository_id, user_id, level, path, custom_role, github_level, reason from repository_access
    where tenant_id = ${tenantId} and valid_to is null and level <> 'none' order by repository_id, user_id`);

const accessOf = async (person: Person, repository: Repository) =>
  (await readAccess()).find((row) => row.user_id === person.id && row.repository_id === repository.id);

/** What the stand-in itself says of everybody. */
function trueAccess({ repositories, customRoles }: Organization) {
  return repositories
    .flatMap((repository) =>
      organization.collaborators(repository).map((person) => ({
        repository_id: repository.id,
        user_id: person.id,
        level: baseRole(organization.effectiveRole(person, repository) ?? '', customRoles),
      })),
    )
    .toSorted((a, b) => a.repository_id - b.repository_id || a.user_id - b.user_id);
}

const levelsOf = (rows: readonly AccessRow[]) =>
  rows.map(({ repository_id, user_id, level }) => ({ repository_id, user_id, level }));

function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}

const members = [...organization.members.keys()];
const [platform, backend, payments] = [0, 1, 2].map((index) => at(organization.teams, index));
const first = at(organization.repositories, 0);

beforeAll(() => sync());

describe('an organization that was read', () => {
  it('has in every repository the access that GitHub says, and nothing else', async () => {
    const rows = await readAccess();
    expect(levelsOf(rows)).toEqual(trueAccess(organization));
    expect(rows.length).toBeGreaterThan(200);
    expect(rows.filter(({ github_level }) => github_level !== null && github_level !== 'write')).toEqual([]);
  });

  it('names the grants', async () => {
    const paths = new Set((await readAccess()).map(({ path }) => path));
    expect(paths).toEqual(
      new Set([
        'base permission',
        'direct',
        'owner',
        'team backend',
        'team backend › payments',
        'team payments',
        'team platform',
        'team platform › backend',
        'team platform › backend › payments',
      ]),
    );
  });

  it('costs a request for 100 collaborators of a repository, and four for the organization', () => {
    const requests = standIn.requests.filter(({ path }) => !/^\/app|rate_limit/.test(path));
    expect(requests.map(({ path }) => path)).toHaveLength(organization.repositories.length + 4);
    expect(standIn.checked).toBeGreaterThan(0);
  });

  it('gives everybody a role in Shiplog', async () => {
    const rows = await query<{ role: string; count: number }>(sql`
      select role, count(*) from members where tenant_id = ${tenantId} and removed_at is null
      group by role order by role`);
    const maintainers = organization.teams.map((team) => [...team.members].find(([, role]) => role === 'maintainer'));
    const managers = maintainers.filter((found) => found && organization.members.get(found[0]) !== 'admin').length;
    const outside = organization.outsideCollaborators.length;
    expect(rows).toEqual([
      { role: 'developer', count: organization.members.size - 2 - managers },
      ...(managers > 0 ? [{ role: 'manager', count: managers }] : []),
      { role: 'owner', count: 2 },
      { role: 'viewer', count: outside },
    ]);
  });

  it('is not changed by being read again', async () => {
    const count = sql`select count(*) from repository_access where tenant_id = ${tenantId}`;
    const before = await query(count);
    await sync();
    expect(await query(count)).toEqual(before);
  });
});

describe('a change at GitHub', () => {
  const person = at(members, -4);

  it('of a parent moves the access of the team', async () => {
    if (!payments || !backend) throw new Error('the sample has three teams');
    payments.parent = null;
    await sync({ kind: 'team', id: payments.id });
    expect(levelsOf(await readAccess())).toEqual(trueAccess(organization));
    payments.parent = backend;
    await sync({ kind: 'team', id: payments.id });
    expect(levelsOf(await readAccess())).toEqual(trueAccess(organization));
  });

  it('of a grant to a parent reaches the teams under it', async () => {
    if (!platform) throw new Error('the sample has three teams');
    const [granted] = [...platform.repositories.keys()];
    if (!granted) throw new Error('the team has a repository');
    platform.repositories.delete(granted);
    await sync({ kind: 'team', id: platform.id });
    expect(levelsOf(await readAccess())).toEqual(trueAccess(organization));
  });

  it('of a team is noted with its time, but for what the first reading found', async () => {
    if (!backend) throw new Error('the sample has three teams');
    const changes = () =>
      query(sql`
        select user_id, joined from team_member_changes where tenant_id = ${tenantId} and team_id = ${backend.id}
        order by changed_at`);
    expect(await changes()).toEqual([]);
    const newcomer = members.find((member) => !backend.members.has(member));
    if (!newcomer) throw new Error('somebody is in no team');
    backend.members.set(newcomer, 'member');
    await sync({ kind: 'team', id: backend.id });
    await sync();
    expect(await changes()).toEqual([{ user_id: newcomer.id, joined: true }]);
    backend.members.delete(newcomer);
    await sync();
    await sync({ kind: 'team', id: backend.id });
    expect(await changes()).toEqual([
      { user_id: newcomer.id, joined: true },
      { user_id: newcomer.id, joined: false },
    ]);
    const grants = await query(sql`
      select permission, previous from team_repository_changes where tenant_id = ${tenantId} order by changed_at`);
    // The test before this one took a grant away.
    expect(grants).toEqual([{ permission: 'none', previous: 'read' }]);
  });

  it('of membership takes the access of who is gone, and leaves the row of before', async () => {
    organization.members.delete(person);
    for (const team of organization.teams) team.members.delete(person);
    await sync({ kind: 'member', id: person.id });
    expect((await readAccess()).filter(({ user_id }) => user_id === person.id)).toEqual([]);
    const closed = await query(sql`
      select distinct ended, valid_to >= valid_from as ordered from repository_access
      where tenant_id = ${tenantId} and user_id = ${person.id} and valid_to is not null and ended`);
    expect(closed).toEqual([{ ended: true, ordered: true }]);
    expect(
      await query(
        sql`select removed_at is not null as removed from members where tenant_id = ${tenantId} and user_id = ${person.id}`,
      ),
    ).toEqual([{ removed: true }]);
  });

  it('of the base permission changes everybody in every repository', async () => {
    organization.basePermission = 'write';
    await sync();
    expect(levelsOf(await readAccess())).toEqual(trueAccess(organization));
    organization.basePermission = 'none';
    await sync();
    expect(levelsOf(await readAccess())).toEqual(trueAccess(organization));
    const settings = sql`select base_permission from organization_settings where tenant_id = ${tenantId}`;
    expect(await query(settings)).toEqual([{ base_permission: 'none' }]);
    organization.basePermission = 'read';
    await sync();
    expect(levelsOf(await readAccess())).toEqual(trueAccess(organization));
  });

  it('of an outside collaborator makes a viewer, and ends with the grant', async () => {
    const outsider = standIn.truth.addPerson({ login: 'outsider' });
    first.collaborators.set(outsider, 'maintain');
    await sync({ kind: 'repository', id: first.id });
    expect(await accessOf(outsider, first)).toMatchObject({ level: 'maintain', path: 'direct' });
    const role = () =>
      query(
        sql`select role, removed_at is null as active from members where tenant_id = ${tenantId} and user_id = ${outsider.id}`,
      );
    expect(await role()).toEqual([{ role: 'viewer', active: true }]);
    first.collaborators.delete(outsider);
    await sync({ kind: 'repository', id: first.id });
    expect(await accessOf(outsider, first)).toBeUndefined();
    expect(await role()).toEqual([{ role: 'viewer', active: false }]);
  });

  it('to a custom role counts as what the role is made of, and keeps its name', async () => {
    organization.customRoles.push({ id: 9_002, name: 'gatekeeper', base: 'maintain' });
    const member = at(members, -5);
    first.collaborators.set(member, 'gatekeeper');
    for (const allowed of [false, true]) {
      if (allowed) installation.permissions['organization_custom_roles'] = 'read';
      github.forgetTokens(installation.id);
      await sync();
      expect(await accessOf(member, first)).toMatchObject({
        level: 'maintain',
        path: 'direct',
        custom_role: 'gatekeeper',
      });
    }
    expect(levelsOf(await readAccess())).toEqual(trueAccess(organization));
  });

  it('leaves a role that was set by hand', async () => {
    const owner = at(members, 0);
    await query(
      sql`update members set role = 'viewer', source = 'manual' where tenant_id = ${tenantId} and user_id = ${owner.id}`,
    );
    await sync();
    await sync({ kind: 'member', id: owner.id });
    expect(
      await query(sql`select role, source from members where tenant_id = ${tenantId} and user_id = ${owner.id}`),
    ).toEqual([{ role: 'viewer', source: 'manual' }]);
  });
});

describe('what GitHub says otherwise', () => {
  it('is right, and is noted', async () => {
    const member = at(members, 5);
    const access = organization.access.bind(organization);
    // A role of the whole organization, which no grant tells of.
    organization.access = (person, repository) => [
      ...access(person, repository),
      ...(person === member ? [{ from: 'team' as const, team: at(organization.teams, 0), role: 'admin' }] : []),
    ];
    await sync({ kind: 'repository', id: first.id });
    expect(await accessOf(member, first)).toMatchObject({ level: 'admin', path: null, github_level: 'admin' });
    organization.access = access;
    await sync({ kind: 'repository', id: first.id });
    expect(await accessOf(member, first)).toMatchObject({ github_level: null });
  });
});

describe('without the permission to read members', () => {
  it('the access of all but owners is unknown, and says why', async () => {
    delete installation.permissions['members'];
    github.forgetTokens(installation.id);
    await sync();
    const rows = await readAccess();
    expect(new Set(rows.map(({ level }) => level))).toEqual(new Set(['admin', 'unknown']));
    expect(new Set(rows.map(({ level, reason }) => `${level}: ${reason}`))).toEqual(
      new Set(['admin: null', 'unknown: The app may not list the collaborators.']),
    );
    installation.permissions['members'] = 'read';
    github.forgetTokens(installation.id);
    await sync();
    expect(levelsOf(await readAccess())).toEqual(trueAccess(organization));
  });
});

describe('all of these requests', () => {
  it("are as GitHub's descriptions say", () => {
    expect(standIn.violations).toEqual([]);
    expect(standIn.checked).toBeGreaterThan(100);
  });
});
