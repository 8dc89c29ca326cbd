import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { githubJson, installationToken } from '../support/github/octokit.ts';
import { type StandIn, startStandIn } from '../support/github/stand-in.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';

let standIn: StandIn;
let token: string;
beforeAll(async () => {
  standIn = await startStandIn();
  const { id } = standIn.truth.install(sampleOrg(standIn.truth, 1), { at: '2026-03-01T00:00:00Z' });
  token = await installationToken(standIn, id);
});
afterEach(() => standIn.clearFaults());
afterAll(() => standIn.stop());

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).optional(),
});

async function query(text: string, variables: object = {}) {
  const { body } = await githubJson(standIn, { path: '/graphql', token, body: { query: text, variables } });
  return answer.parse(body);
}

const page = z.object({
  totalCount: z.number(),
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(z.object({ number: z.number().optional(), databaseId: z.number().optional() })),
});

/** Every node of a list of a repository or an organization, in pages of 4. */
async function walk(owner: string, list: string, fields: string) {
  const nodes: z.output<typeof page>['nodes'] = [];
  let totalCount = 0;
  for (let after: string | null = null, more = true; more; ) {
    const text = `query($after: String) { owner: ${owner} { list: ${list} { totalCount pageInfo { hasNextPage endCursor } nodes { ${fields} } } } }`;
    const { data, errors } = await query(text, { after });
    expect(errors).toBeUndefined();
    const { list: read } = z.object({ list: page }).parse(data?.['owner']);
    nodes.push(...read.nodes);
    after = read.pageInfo.endCursor;
    more = read.pageInfo.hasNextPage;
    totalCount = read.totalCount;
  }
  expect(nodes).toHaveLength(totalCount);
  return nodes;
}

const repositoryOf = (name: string) => `repository(owner: "acme", name: "${name}")`;

function newest(items: readonly { id: number; updatedAt: string }[]): number[] {
  const sorted = items.toSorted((a, b) =>
    a.updatedAt === b.updatedAt ? b.id - a.id : a.updatedAt < b.updatedAt ? 1 : -1,
  );
  return sorted.map(({ id }) => id);
}

it('pages through everything of every repository, as the truth has it', async () => {
  for (const repository of standIn.truth.repositories) {
    const owner = repositoryOf(repository.name);
    const order = 'orderBy: { field: UPDATED_AT, direction: DESC }';
    const pulls = await walk(
      owner,
      `pullRequests(first: 4, after: $after, ${order})`,
      'databaseId: number author { login } commits(first: 3) { nodes { commit { oid } } } reviews(first: 3) { nodes { state } } labels(first: 2) { nodes { name } }',
    );
    const numbers = new Map(repository.pulls.map(({ id, number }) => [id, number]));
    expect(pulls.map(({ databaseId }) => databaseId)).toEqual(newest(repository.pulls).map((id) => numbers.get(id)));
    const issues = await walk(
      owner,
      `issues(first: 4, after: $after, ${order})`,
      'databaseId comments(first: 2) { nodes { body } }',
    );
    expect(issues.map(({ databaseId }) => databaseId)).toEqual(newest(repository.issues));
    const releases = await walk(owner, 'releases(first: 4, after: $after)', 'databaseId tagCommit { oid }');
    expect(releases.map(({ databaseId }) => databaseId)).toEqual(repository.releases.map(({ id }) => id));
    const deployments = await walk(
      owner,
      'deployments(first: 4, after: $after)',
      'databaseId statuses(first: 9) { nodes { state } }',
    );
    expect(deployments.map(({ databaseId }) => databaseId)).toEqual(repository.deployments.map(({ id }) => id));
    const people = await walk(owner, 'collaborators(first: 4, after: $after)', 'databaseId');
    const expected = standIn.truth.organization.collaborators(repository).map(({ id }) => id);
    expect(people.map(({ databaseId }) => databaseId)).toEqual(expected);
  }
  expect(standIn.violations).toEqual([]);
});

it('knows teams, their members and what lets a person in', async () => {
  const text = `{ organization(login: "acme") {
    teams(first: 50) { nodes { slug databaseId parentTeam { slug }
      members(first: 50, membership: IMMEDIATE) { edges { role node { login } } }
      repositories(first: 50) { edges { permission node { name } } } } }
    membersWithRole(first: 50) { edges { role node { databaseId } } }
    repository(name: "service-2") { collaborators(first: 50, login: "acme-person-22") { edges { permission permissionSources {
      permission roleName source { __typename ... on Team { slug } } } } } }
  } }`;
  const { data, errors } = await query(text);
  expect(errors).toBeUndefined();
  const { organization } = standIn.truth;
  const person = standIn.truth.person('acme-person-22');
  const sources = organization.access(person, standIn.truth.repository('acme/service-2'));
  expect(data).toMatchObject({
    organization: {
      teams: {
        nodes: [{ parentTeam: null }, { parentTeam: { slug: 'platform' } }, { parentTeam: { slug: 'backend' } }],
      },
      membersWithRole: {
        edges: [...organization.members].map(([{ id }, role]) => ({
          role: role.toUpperCase(),
          node: { databaseId: id },
        })),
      },
      repository: {
        collaborators: {
          edges: [{ permission: 'WRITE', permissionSources: sources.map(({ role }) => ({ roleName: role })) }],
        },
      },
    },
  });
  expect(standIn.violations).toEqual([]);
});

it('counts the cost by connections, and refuses pages over 100', async () => {
  const before = standIn.points;
  const nested = `query($more: Boolean = false) { rateLimit { cost } ${repositoryOf('service-1')} {
    pullRequests(first: 50) { nodes { commits(first: 100) { nodes { commit { oid } } } reviews(first: 10) { totalCount }
      comments(first: 10) { totalCount } labels(first: 10) { totalCount } timelineItems(last: 1) @include(if: $more) { totalCount } } } } }`;
  expect((await query(nested)).data).toMatchObject({ rateLimit: { cost: 2 } });
  expect((await query(nested, { more: false })).data).toMatchObject({ rateLimit: { cost: 2 } });
  expect((await query(nested, { more: true })).data).toMatchObject({ rateLimit: { cost: 3 } });
  expect(standIn.points - before).toBe(7);
  const tooMany = await query(`{ ${repositoryOf('service-1')} { pullRequests(first: 101) { totalCount } } }`);
  expect(tooMany.errors).toMatchObject([{ type: 'EXCESSIVE_PAGINATION' }]);
  const endless = await query(`{ ${repositoryOf('service-1')} { pullRequests { totalCount } } }`);
  expect(endless.errors).toMatchObject([{ type: 'MISSING_PAGINATION_BOUNDARIES' }]);
});

it('resolves nodes by their ids', async () => {
  const { data } = await query(
    `{ ${repositoryOf('service-1')} { id pullRequests(first: 1) { nodes { id number } } defaultBranchRef { target { id } } } }`,
  );
  const read = z
    .object({
      id: z.string(),
      pullRequests: z.object({ nodes: z.array(z.object({ id: z.string() })) }),
      defaultBranchRef: z.object({ target: z.object({ id: z.string() }) }),
    })
    .parse(data?.['repository']);
  const ids = [read.id, read.pullRequests.nodes[0]?.id, read.defaultBranchRef.target.id, 'PR_nothing'];
  const nodes = await query('query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }', { ids });
  expect(nodes.data?.['nodes']).toEqual([
    { __typename: 'Repository' },
    { __typename: 'PullRequest' },
    { __typename: 'Commit' },
    null,
  ]);
  expect(nodes.errors).toMatchObject([{ type: 'NOT_FOUND' }]);
});

it('fails as it is told to, and only as often', async () => {
  const text = `query Name { ${repositoryOf('service-1')} { name isPrivate } }`;
  standIn.fault({ trouble: { kind: 'errors', type: 'RATE_LIMITED' }, when: ({ operation }) => operation === 'Name' });
  expect(await query(text)).toMatchObject({ errors: [{ type: 'RATE_LIMITED' }] });
  standIn.fault({ trouble: { kind: 'partial', field: 'name' } });
  expect(await query(text)).toMatchObject({ data: { repository: { name: null, isPrivate: false } }, errors: [{}] });
  standIn.fault({
    trouble: { kind: 'status', status: 502 },
    times: 2,
    when: ({ document }) => document?.includes('isPrivate') === true,
  });
  const send = () => githubJson(standIn, { path: '/graphql', token, body: { query: text } });
  expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([502, 502, 200]);
  standIn.fault({ trouble: { kind: 'secondary-limit', retryAfter: 60 } });
  const limited = await send();
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([403, '60']);
  standIn.fault({ trouble: { kind: 'cut' } });
  await expect(send()).rejects.toThrow('fetch failed');
});

it('says what it lacks instead of giving a silent null', async () => {
  const { errors } = await query(`{ ${repositoryOf('service-1')} { homepageUrl } }`);
  expect(errors?.[0]?.message).toBe('The stand-in lacks Repository.homepageUrl.');
  expect(standIn.violations).toContain('GraphQL: no Repository.homepageUrl here');
});
