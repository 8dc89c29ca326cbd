import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Organization } from './organization.ts';
import type { Person } from './person.ts';
import { Repository, type RepositoryFields } from './repository.ts';

export interface Installation {
  readonly id: number;
  readonly organization: Organization;
  permissions: Record<string, 'read' | 'write' | 'admin'>;
  events: string[];
  repositorySelection: 'all' | 'selected';
  /** Ids of repositories, where only some are selected. */
  readonly selected: Set<number>;
  suspendedAt: string | null;
  deletedAt: string | null;
  readonly createdAt: string;
  updatedAt: string;
}

/** What Shiplog's manifest asks for. */
const manifest = readFileSync('app.yml', 'utf8').split('default_events:')[0] ?? '';
const permissions = [...manifest.matchAll(/^ {2}(\w+): (read|write)$/gm)].map(([, name, level]) => [name, level]);
const PERMISSIONS = z.record(z.string(), z.enum(['read', 'write', 'admin'])).parse(Object.fromEntries(permissions));

const NOREPLY = /^(?:(\d+)\+)?(.+)@users\.noreply\.github\.com$/i;

/** All that is true at this GitHub: change it by its methods (see changes.ts), or by hand where no event should tell. */
export class Truth {
  readonly people: Person[] = [];
  readonly organizations: Organization[] = [];
  readonly installations: Installation[] = [];
  #lastId = 100_000;
  #byEmail = new Map<string, Person>();

  /** Ids of every kind of thing. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  addPerson({
    login,
    name = login,
    email = `${login}@example.com`,
    type = 'User' as const,
    id = this.nextId(),
  }: {
    login: string;
    name?: string;
    email?: string;
    type?: 'User' | 'Bot';
    id?: number;
  }): Person {
    const person = { id, login, name, email, type };
    this.people.push(person);
    this.#byEmail.set(email.toLowerCase(), person);
    return person;
  }

  person(login: string): Person {
    const person = this.people.find((candidate) => candidate.login === login);
    if (!person) throw new Error(`there is no person ${login}`);
    return person;
  }

  /** Whose a commit's email is, as GitHub links it. */
  findByEmail(email: string): Person | undefined {
    const [, id, login] = NOREPLY.exec(email) ?? [];
    if (login !== undefined) {
      return this.people.find((person) => (id === undefined ? person.login === login : person.id === Number(id)));
    }
    return this.#byEmail.get(email.toLowerCase());
  }

  addOrganization({
    login,
    createdAt,
    id = this.nextId(),
  }: {
    login: string;
    createdAt: string;
    id?: number;
  }): Organization {
    const organization = new Organization({ id, login, createdAt });
    this.organizations.push(organization);
    return organization;
  }

  /** The first one: most tests have no other. */
  get organization(): Organization {
    const [organization] = this.organizations;
    if (!organization) throw new Error('there is no organization');
    return organization;
  }

  addRepository(
    organization: Organization,
    fields: Partial<RepositoryFields> & { readonly name: string; readonly createdAt: string },
  ): Repository {
    const repository = new Repository({
      id: this.nextId(),
      owner: organization.login,
      ownerId: organization.id,
      private: true,
      archived: false,
      fork: false,
      description: null,
      language: 'TypeScript',
      defaultBranch: 'main',
      updatedAt: fields.createdAt,
      pushedAt: fields.createdAt,
      ...fields,
    });
    organization.repositories.push(repository);
    return repository;
  }

  /** By `owner/name`. */
  repository(fullName: string): Repository {
    const repository = this.findRepository(fullName);
    if (!repository) throw new Error(`there is no repository ${fullName}`);
    return repository;
  }

  findRepository(fullName: string): Repository | undefined {
    const wanted = fullName.toLowerCase();
    const { repositories } = this;
    return (
      repositories.find((repository) => repository.fullName.toLowerCase() === wanted) ??
      repositories.find(({ formerNames }) => formerNames.some((name) => name.toLowerCase() === wanted))
    );
  }

  get repositories(): Repository[] {
    return this.organizations.flatMap(({ repositories }) => repositories);
  }

  organizationOf(repository: Repository): Organization {
    const organization = this.organizations.find(({ repositories }) => repositories.includes(repository));
    if (!organization) throw new Error(`nobody owns ${repository.fullName}`);
    return organization;
  }

  install(organization: Organization, { at, id = this.nextId() }: { at: string; id?: number }): Installation {
    const installation: Installation = {
      id,
      organization,
      permissions: { ...PERMISSIONS },
      events: ['push', 'pull_request'],
      repositorySelection: 'all',
      selected: new Set(),
      suspendedAt: null,
      deletedAt: null,
      createdAt: at,
      updatedAt: at,
    };
    this.installations.push(installation);
    return installation;
  }

  installation(id: number): Installation | undefined {
    return this.installations.find((installation) => installation.id === id && installation.deletedAt === null);
  }

  /** The repositories that an installation may see. */
  visibleTo({ organization, repositorySelection, selected }: Installation): Repository[] {
    return organization.repositories.filter(({ id }) => repositorySelection === 'all' || selected.has(id));
  }
}
