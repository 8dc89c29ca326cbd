import type { Organization } from './organization.ts';
import type { Person } from './person.ts';
import { Random } from './random.ts';
import type { Repository } from './repository.ts';
import { SampleHistory } from './sample-history.ts';
import type { Truth } from './truth.ts';

export interface SampleSize {
  readonly login?: string;
  readonly repositories?: number;
  readonly people?: number;
  /** The history begins so many days before `until`. */
  readonly days?: number;
  /** Whole seconds, in UTC. */
  readonly until?: string;
  /** On the default branch of each repository. */
  readonly commits?: number;
  readonly pulls?: number;
  readonly issues?: number;
  readonly releases?: number;
  readonly deployments?: number;
  readonly workflowRuns?: number;
}

const DAY = 86_400_000;

/** An organization with everything in it, always the same for the same seed and size. It is not installed yet. */
export function sampleOrg(truth: Truth, seed: number, size: SampleSize = {}): Organization {
  const { login = 'acme', repositories = 12, people = 25, days = 730, until = '2026-03-01T00:00:00Z' } = size;
  const random = new Random(seed);
  const from = new Date(Date.parse(until) - days * DAY).toISOString().replace('.000Z', 'Z');
  const organization = truth.addOrganization({ login, createdAt: from });
  const staff = addPeople(truth, organization, people);
  const bot = truth.people.find(({ type }) => type === 'Bot') ?? addBot(truth);
  for (let index = 0; index < repositories; index += 1) {
    const repository = addRepository(truth, organization, { index, from });
    new SampleHistory({ truth, repository, random, people: [...staff.members, bot], from, until, size }).write();
  }
  addTeams(truth, organization, staff.members, from);
  addGrants(organization, staff);
  return organization;
}

function addRepository(
  truth: Truth,
  organization: Organization,
  { index, from }: { index: number; from: string },
): Repository {
  return truth.addRepository(organization, {
    name: `service-${index + 1}`,
    createdAt: from,
    private: index % 3 !== 0,
    archived: index % 12 === 11,
    defaultBranch: index % 5 === 4 ? 'trunk' : 'main',
    language: index % 2 === 0 ? 'TypeScript' : 'Go',
  });
}

interface Staff {
  readonly members: Person[];
  readonly outsiders: Person[];
}

/** Two owners, a few outside collaborators, the rest plain members. */
function addPeople(truth: Truth, organization: Organization, count: number): Staff {
  const outside = Math.floor(count / 10);
  const people = Array.from({ length: count }, (_, index) => {
    const login = `${organization.login}-person-${index + 1}`;
    return truth.addPerson({ login, name: `Person ${index + 1}`, email: `${login}@${organization.login}.example` });
  });
  const members = people.slice(0, count - outside);
  for (const [index, person] of members.entries()) organization.members.set(person, index < 2 ? 'admin' : 'member');
  return { members, outsiders: people.slice(count - outside) };
}

function addBot(truth: Truth): Person {
  return truth.addPerson({
    login: 'renovate[bot]',
    name: 'renovate[bot]',
    email: '29139614+renovate[bot]@users.noreply.github.com',
    type: 'Bot',
    id: 29_139_614,
  });
}

/** Three teams, one within the other: platform › backend › payments. */
function addTeams(truth: Truth, organization: Organization, members: readonly Person[], createdAt: string): void {
  const grants = ['read', 'write', 'maintain'];
  for (const [index, slug] of ['platform', 'backend', 'payments'].entries()) {
    const parent = organization.teams.at(-1) ?? null;
    const staff = members.filter((_, place) => place % 3 === index);
    organization.teams.push({
      id: truth.nextId(),
      name: slug.replace(/^./, (letter) => letter.toUpperCase()),
      slug,
      description: `The ${slug} team`,
      parent,
      members: new Map(staff.map((person, place) => [person, place === 0 ? 'maintainer' : 'member'])),
      repositories: new Map(
        organization.repositories
          .filter((_, place) => place % 3 === index)
          .map((repository) => [repository, grants[index] ?? 'read']),
      ),
      createdAt,
    });
  }
}

/** Direct grants, one of them with a custom role. */
function addGrants(organization: Organization, { members, outsiders }: Staff): void {
  organization.customRoles.push({ id: 9_001, name: 'release-manager', base: 'write' });
  const [first, second] = organization.repositories;
  for (const person of outsiders) first?.collaborators.set(person, 'triage');
  const last = members.at(-1);
  if (last) first?.collaborators.set(last, 'admin');
  const other = members.at(-2);
  if (other) second?.collaborators.set(other, 'release-manager');
}
