import { type CustomRole, highest, type Person, type Role } from './person.ts';
import type { Repository } from './repository.ts';

export interface Team {
  readonly id: number;
  name: string;
  slug: string;
  description: string;
  parent: Team | null;
  readonly members: Map<Person, 'member' | 'maintainer'>;
  readonly repositories: Map<Repository, Role>;
  readonly createdAt: string;
}

/** Of where an access comes: what GitHub calls a permission source. */
export interface AccessSource {
  readonly from: 'owner' | 'base' | 'direct' | 'team';
  readonly team?: Team;
  readonly role: Role;
}

export class Organization {
  readonly id: number;
  login: string;
  readonly createdAt: string;
  basePermission: 'none' | 'read' | 'write' | 'admin' = 'read';
  readonly members = new Map<Person, 'admin' | 'member'>();
  readonly teams: Team[] = [];
  readonly customRoles: CustomRole[] = [];
  readonly repositories: Repository[] = [];

  constructor({ id, login, createdAt }: { id: number; login: string; createdAt: string }) {
    this.id = id;
    this.login = login;
    this.createdAt = createdAt;
  }

  get outsideCollaborators(): Person[] {
    const people = this.repositories.flatMap(({ collaborators }) => [...collaborators.keys()]);
    return [...new Set(people)].filter((person) => !this.members.has(person));
  }

  /** A team with its ancestors, itself first. */
  lineage(team: Team): Team[] {
    return team.parent ? [team, ...this.lineage(team.parent)] : [team];
  }

  /** A team and the teams under it. */
  within(team: Team): Team[] {
    return this.teams.filter((candidate) => this.lineage(candidate).includes(team));
  }

  /** The role that a team has on a repository by itself or by a parent. */
  teamRole(team: Team, repository: Repository): Role | undefined {
    const granted = this.lineage(team).flatMap((each) => each.repositories.get(repository) ?? []);
    return highest(granted, this.customRoles);
  }

  /** Everything that lets a person in. */
  access(person: Person, repository: Repository): AccessSource[] {
    const sources: AccessSource[] = [];
    const member = this.members.get(person);
    if (member === 'admin') sources.push({ from: 'owner', role: 'admin' });
    if (member && this.basePermission !== 'none') sources.push({ from: 'base', role: this.basePermission });
    const direct = repository.collaborators.get(person);
    if (direct) sources.push({ from: 'direct', role: direct });
    for (const team of this.teams.filter(({ members }) => members.has(person))) {
      const role = this.teamRole(team, repository);
      if (role) sources.push({ from: 'team', team, role });
    }
    return sources;
  }

  /** The role that GitHub says a person has, undefined without access. */
  effectiveRole(person: Person, repository: Repository): Role | undefined {
    const granted = this.access(person, repository).map(({ role }) => role);
    return highest(granted, this.customRoles);
  }

  /** Whoever has access, by id. */
  collaborators(repository: Repository): Person[] {
    return [...new Set([...this.members.keys(), ...repository.collaborators.keys()])]
      .filter((person) => this.effectiveRole(person, repository) !== undefined)
      .toSorted((a, b) => a.id - b.id);
  }
}
