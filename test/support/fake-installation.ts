import type { Facts } from '../../src/facts/facts.ts';
import type { GitHub } from '../../src/github/github.ts';
import { type Entity, type EntityName, entities, type Page, type PageRequest } from '../../src/sync/entity.ts';

export interface FakeRepository {
  readonly id: number;
  readonly name: string;
  readonly pushedAt: string;
}

interface FakeSources {
  readonly repositories: ReadonlyMap<number, readonly FakeRepository[]>;
  /** What was asked for, in order: `1 repositories`, or `1 shop issues`, with the tenant first. */
  readonly requests: string[];
  /** Throws what GitHub would answer, before a page is read. */
  readonly fault: (request: string, page: PageRequest | undefined) => void;
}

/** GitHub as an installation sees it, as far as the engine itself asks: the list of its repositories. */
export function fakeGitHub(sources: FakeSources): Pick<GitHub, 'installation'> {
  return {
    installation: ({ tenantId }) => ({
      graphql: () => Promise.reject(new Error('the engine asks for no GraphQL itself')),
      async rest({ parameters, data }) {
        const request = `${tenantId} repositories`;
        sources.requests.push(request);
        await Promise.resolve();
        sources.fault(request, undefined);
        const repositories = sources.repositories.get(tenantId) ?? [];
        const page = Number(parameters?.['page']);
        const listed = repositories.slice((page - 1) * 100, page * 100);
        return data.parse({
          total_count: repositories.length,
          repositories: listed.map((each) => describe(each, `org-${tenantId}`)),
        });
      },
      restPages: () => {
        throw new Error('the engine asks for no lists itself');
      },
    }),
  };
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

export interface FakeEntity {
  readonly name: EntityName;
  /** How many issues each repository has, one a day. */
  readonly count: number;
  readonly newest: Date;
}

/** All entities, of which only the issues have something to tell. */
export function fakeEntities(issues: Omit<FakeEntity, 'name'>): FakeEntity[] {
  return entities.map((name) => ({ name, newest: issues.newest, count: name === 'issues' ? issues.count : 0 }));
}

/** Issues, the newest first. */
export function fakeEntity(sources: FakeSources, { name, count, newest }: FakeEntity): Entity {
  return {
    name,
    permission: name,
    async readPage(request) {
      const { repository, installation, cursor, pageSize } = request;
      const asked = `${installation.tenantId} ${repository.name} ${name}`;
      sources.requests.push(asked);
      await Promise.resolve();
      sources.fault(asked, request);
      const first = cursor === null ? 0 : Number(cursor);
      const end = Math.min(count, first + pageSize);
      const facts: Facts[] = [];
      for (let item = first; item < end; item++) {
        facts.push(issueFact(repository.id, { number: count - item, at: daysBefore(newest, item) }));
      }
      const oldest = end > first ? daysBefore(newest, end - 1) : null;
      return {
        facts,
        cursor: end < count ? String(end) : null,
        items: end - first,
        total: count,
        oldest,
      } satisfies Page;
    },
  };
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
