import type { Json } from '../../example-payloads.ts';
import { personJson, repositoryJson } from '../rest/json.ts';
import { teamJson } from '../rest/team-json.ts';
import type { Organization, Team } from '../truth/organization.ts';
import { legacyPermission, type Person, type Role, baseRole } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import type { World } from './world.ts';

/** Who belongs to what, and who may do what. What GitHub tells nobody is marked as silent. */
export class TeamChanges {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async addTeam(
    organization: Organization,
    { slug, parent = null }: { slug: string; parent?: Team | null },
  ): Promise<Team> {
    const team: Team = {
      id: this.#world.truth.nextId(),
      name: slug,
      slug,
      description: '',
      parent,
      members: new Map(),
      repositories: new Map(),
      createdAt: this.#world.tick(),
    };
    organization.teams.push(team);
    await this.#tellOfTeam(organization, team, { action: 'created' });
    return team;
  }

  async renameTeam(organization: Organization, team: Team, slug: string): Promise<void> {
    const changes = { name: { from: team.name } };
    Object.assign(team, { name: slug, slug });
    await this.#tellOfTeam(organization, team, { action: 'edited', changes });
  }

  /** Silent. */
  moveTeam(team: Team, parent: Team | null): void {
    team.parent = parent;
  }

  /** Its child teams go with it. */
  async deleteTeam(organization: Organization, team: Team): Promise<void> {
    for (const each of organization.within(team)) organization.teams.splice(organization.teams.indexOf(each), 1);
    await this.#tellOfTeam(organization, team, { action: 'deleted' });
  }

  async addTeamMember(
    organization: Organization,
    team: Team,
    { person, role = 'member' }: { person: Person; role?: 'member' | 'maintainer' },
  ): Promise<void> {
    team.members.set(person, role);
    await this.#tellOfMembership(organization, team, { action: 'added', person });
  }

  /** Silent. */
  setTeamRole(team: Team, { person, role }: { person: Person; role: 'member' | 'maintainer' }): void {
    team.members.set(person, role);
  }

  async removeTeamMember(organization: Organization, team: Team, person: Person): Promise<void> {
    team.members.delete(person);
    await this.#tellOfMembership(organization, team, { action: 'removed', person });
  }

  async addTeamRepository(team: Team, repository: Repository, role: Role): Promise<void> {
    const organization = this.#world.truth.organizationOf(repository);
    team.repositories.set(repository, role);
    await this.#world.tellOfRepository(repository, {
      event: 'team_add',
      payload: { team: teamJson(organization, team) },
    });
    await this.#tellOfTeam(organization, team, { action: 'added_to_repository', repository });
  }

  async removeTeamRepository(team: Team, repository: Repository): Promise<void> {
    team.repositories.delete(repository);
    const organization = this.#world.truth.organizationOf(repository);
    await this.#tellOfTeam(organization, team, { action: 'removed_from_repository', repository });
  }

  async addMember(organization: Organization, person: Person, role: 'admin' | 'member' = 'member'): Promise<void> {
    organization.members.set(person, role);
    await this.#tellOfMember(organization, { action: 'member_added', person, role });
  }

  /** Silent. */
  setMemberRole(organization: Organization, person: Person, role: 'admin' | 'member'): void {
    organization.members.set(person, role);
  }

  /** With all teams and grants. */
  async removeMember(organization: Organization, person: Person): Promise<void> {
    const role = organization.members.get(person) ?? 'member';
    organization.members.delete(person);
    for (const { members } of organization.teams) members.delete(person);
    for (const { collaborators } of organization.repositories) collaborators.delete(person);
    await this.#tellOfMember(organization, { action: 'member_removed', person, role });
  }

  /** Silent. */
  setBasePermission(organization: Organization, permission: Organization['basePermission']): void {
    organization.basePermission = permission;
  }

  async addCollaborator(repository: Repository, person: Person, role: Role): Promise<void> {
    repository.collaborators.set(person, role);
    const changes = { permission: { to: this.#legacy(repository, role) }, role_name: { to: role } };
    await this.#tellOfCollaborator(repository, { action: 'added', person, changes });
  }

  async editCollaborator(repository: Repository, person: Person, role: Role): Promise<void> {
    const from = this.#legacy(repository, repository.collaborators.get(person) ?? 'read');
    repository.collaborators.set(person, role);
    const changes = { old_permission: { from }, permission: { from, to: this.#legacy(repository, role) } };
    await this.#tellOfCollaborator(repository, { action: 'edited', person, changes });
  }

  async removeCollaborator(repository: Repository, person: Person): Promise<void> {
    repository.collaborators.delete(person);
    await this.#tellOfCollaborator(repository, { action: 'removed', person });
  }

  #legacy(repository: Repository, role: Role): string {
    return legacyPermission(baseRole(role, this.#world.truth.organizationOf(repository).customRoles));
  }

  async #tellOfTeam(organization: Organization, team: Team, { repository, ...event }: TeamEvent): Promise<void> {
    const payload = { ...event, team: teamJson(organization, team) };
    if (!repository) await this.#world.tellOfOrganization(organization, { event: 'team', payload });
    else
      await this.#world.tellOfRepository(repository, {
        event: 'team',
        payload: { ...payload, repository: repositoryJson(repository) },
      });
  }

  async #tellOfMembership(
    organization: Organization,
    team: Team,
    { action, person }: { action: string; person: Person },
  ) {
    await this.#world.tellOfOrganization(organization, {
      event: 'membership',
      payload: { action, scope: 'team', member: personJson(person), team: teamJson(organization, team) },
    });
  }

  async #tellOfMember(organization: Organization, { action, person, role }: MemberEvent): Promise<void> {
    const url = `https://api.github.com/orgs/${organization.login}`;
    const membership = {
      url: `${url}/memberships/${person.login}`,
      state: action === 'member_added' ? 'active' : 'inactive',
      role,
      organization_url: url,
      user: personJson(person),
    };
    await this.#world.tellOfOrganization(organization, { event: 'organization', payload: { action, membership } });
  }

  async #tellOfCollaborator(repository: Repository, { person, ...event }: CollaboratorEvent): Promise<void> {
    await this.#world.tellOfRepository(repository, {
      event: 'member',
      payload: { ...event, member: personJson(person) },
    });
  }
}

interface TeamEvent {
  readonly action: string;
  readonly repository?: Repository;
  readonly changes?: Json;
}

interface MemberEvent {
  readonly action: 'member_added' | 'member_removed';
  readonly person: Person;
  readonly role: 'admin' | 'member';
}

interface CollaboratorEvent {
  readonly action: string;
  readonly person: Person;
  readonly changes?: Json;
}
