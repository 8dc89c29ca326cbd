import type { Facts } from '../../src/facts/facts.ts';
import type { GitHub, InstallationClient } from '../../src/github/github.ts';
import type { Entity, EntityName, Page, PageRequest } from '../../src/sync/entity.ts';

export interface FakeRepository {
  readonly id: number;
  readonly name: string;
  readonly pushedAt: string;
}

/** What the fakes are asked for, in order: `repositories`, or `shop issues`. */
export type Requests = string[];

interface FakeSources {
  readonly owner: string;
  repositories: readonly FakeRepository[];
  readonly requests: Requests;
  /** Throws what GitHub would answer, before a page is read. */
  fault: (request: string, page: PageRequest | undefined) => void;
}

/** GitHub as an installation sees it, as far as the engine itself asks: the list of its repositories. */
export function fakeGitHub(sources: FakeSources): Pick<GitHub, 'installation'> {
  const client: InstallationClient = {
    graphql: () => Promise.reject(new Error('the engine asks for no GraphQL itself')),
    async rest(request) {
      sources.requests.push('repositories');
      sources.fault('repositories', undefined);
      const { page = 1, per_page = 30 } = request.parameters as { page?: number; per_page?: number };
      const listed = sources.repositories.slice((page - 1) * per_page, page * per_page);
      return request.data.parse({
        total_count: sources.repositories.length,
        repositories: listed.map((each) => describe(each, sources.owner)),
      });
    },
    restPages: () => {
      throw new Error('the engine asks for no lists itself');
    },
  };
  return { installation: () => client };
}

function describe({ id, name, pushedAt }: FakeRepository, owner: string) {
  return {
    id,
    full_name: `${owner}/${name}`,
    private: false,
    default_branch: 'main',
    archived: false,
    fork: false,
    language: null,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: pushedAt,
    pushed_at: pushedAt,
  };
}

/** Issues, one a day, the newest first: `count` of each repository, or as many as `counts` says. */
export function fakeEntity(sources: FakeSources, { name, count, newest }: FakeEntity): Entity {
  return {
    name,
    permission: name,
    async readPage(request) {
      const { repository, cursor, pageSize } = request;
      sources.requests.push(`${repository.name} ${name}`);
      await Promise.resolve();
      sources.fault(`${repository.name} ${name}`, request);
      const first = cursor === null ? 0 : Number(cursor);
      const items = Array.from({ length: Math.max(0, Math.min(pageSize, count - first)) }, (_, i) => first + i);
      const facts = items.map((item) =>
        issueFact(repository.id, { number: count - item, at: daysBefore(newest, item) }),
      );
      const end = first + items.length;
      return {
        facts,
        cursor: end < count ? String(end) : null,
        items: items.length,
        total: count,
        oldest: items.length > 0 ? daysBefore(newest, end - 1) : null,
      } satisfies Page;
    },
  };
}

export interface FakeEntity {
  readonly name: EntityName;
  readonly count: number;
  readonly newest: Date;
}

function daysBefore(time: Date, days: number): string {
  return new Date(time.getTime() - days * 86_400_000).toISOString();
}

function issueFact(repository_id: number, { number, at }: { number: number; at: string }): Facts {
  const observed = {
    at,
    issue_id: number,
    title: `Issue ${number}`,
    body: null,
    state: 'open',
    state_reason: null,
    author_id: null,
    labels: [],
    created_at: at,
    closed_at: null,
  };
  return { issues: [{ repository_id, number, observed }] };
}
