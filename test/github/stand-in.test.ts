import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config.ts';
import { readBudget } from '../../src/github/budget.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import type { InstallationRef } from '../../src/github/github.ts';
import { createLogger } from '../../src/logging.ts';
import { createTestDatabase } from '../support/database.ts';
import { startStandIn } from '../support/github/stand-in.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';

const { db } = await createTestDatabase();
const standIn = await startStandIn();
afterAll(() => standIn.stop());
const organization = sampleOrg(standIn.truth, 1, { repositories: 3, people: 4, commits: 10, pulls: 2, issues: 2 });
const log = createLogger({ level: 'silent', format: 'json' });
const github = createGitHub({ config: loadConfig({ ...standIn.environment }), db, log });

const document = {
  name: 'Named',
  text: 'query Named($login: String!) { organization(login: $login) { login } rateLimit { limit cost remaining resetAt } }',
  data: z.object({ organization: z.object({ login: z.string() }) }),
};
const repositories = {
  route: 'GET /installation/repositories',
  parameters: { per_page: 2 },
  data: z.object({ repositories: z.array(z.object({ id: z.int() })) }),
};
const named = { login: organization.login };

let ref: InstallationRef;
beforeEach(() => {
  standIn.clearFaults();
  const { id } = standIn.truth.install(organization, { at: '2026-03-01T00:00:00Z' });
  // A budget is an installation's: each test has one of its own.
  ref = { tenantId: id, installationId: id };
});

const live = () => github.installation(ref, { priority: 'live' });
const isGraphql = ({ path }: { path: string }) => path === '/graphql';

describe('an installation’s client, at a GitHub with a state', () => {
  it('reads by GraphQL and by pages of REST', async () => {
    expect(await live().graphql(document, named)).toEqual({ organization: named });
    const ids = new Set<number>();
    for await (const page of live().restPages(repositories)) for (const { id } of page.repositories) ids.add(id);
    expect(ids).toEqual(new Set(organization.repositories.map(({ id }) => id)));
  });

  it('knows afterwards what is left', async () => {
    await live().graphql(document, named);
    expect(await remaining('graphql')).toBe(4_999);
  });

  it('goes on with a new token after its tokens were revoked', async () => {
    await live().graphql(document, named);
    standIn.tokens.revokeAll();
    expect(await live().graphql(document, named)).toEqual({ organization: named });
  });

  it('stops quietly when the installation is suspended, with an old token and without one', async () => {
    await live().graphql(document, named);
    const installation = standIn.truth.installation(ref.installationId);
    if (installation) installation.suspendedAt = '2026-03-02T00:00:00Z';
    await expect(live().graphql(document, named)).rejects.toMatchObject({ name: 'SuspendedError' });
    github.forgetTokens(ref.installationId);
    await expect(live().rest(repositories)).rejects.toMatchObject({ name: 'SuspendedError' });
  });

  it('stops quietly when the installation is gone', async () => {
    const installation = standIn.truth.installation(ref.installationId);
    if (installation) installation.deletedAt = '2026-03-02T00:00:00Z';
    await expect(live().rest(repositories)).rejects.toMatchObject({ name: 'SuspendedError' });
  });

  it('waits for the reset when the hour’s points are used up', async () => {
    const resetAt = new Date(Math.ceil(Date.now() / 1_000 + 900) * 1_000);
    standIn.fault({ trouble: { kind: 'primary-limit', resetAt }, when: isGraphql });
    await expect(live().graphql(document, named)).rejects.toMatchObject({ name: 'RateLimitedError', retryAt: resetAt });
    const before = standIn.requests.length;
    await expect(live().graphql(document, named)).rejects.toMatchObject({ name: 'RateLimitedError', retryAt: resetAt });
    expect(standIn.requests.length).toBe(before);
  });

  it('tells a part with errors from the whole', async () => {
    standIn.fault({ trouble: { kind: 'partial', field: 'login' }, when: isGraphql });
    await expect(live().graphql(document, named)).rejects.toMatchObject({ name: 'IncompleteResponseError' });
    standIn.fault({ trouble: { kind: 'cut' }, when: isGraphql });
    await expect(live().graphql(document, named)).rejects.toMatchObject({ name: 'GitHubUnavailableError' });
    await expect(live().graphql(document, { login: randomUUID() })).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('asks for the same page without paying again', async () => {
    await live().rest(repositories);
    const left = await remaining('core');
    expect(await live().rest(repositories)).toMatchObject({ repositories: expect.any(Array) });
    expect(standIn.requests.at(-1)).toMatchObject({ status: 304 });
    expect(await remaining('core')).toBe(left);
  });

  it('has a token for a clone that reads one repository', async () => {
    const [first, second] = organization.repositories;
    const token = await github.contentsToken(ref, first?.id ?? 0);
    const seen = await fetch(`${standIn.url}/api/v3/repos/${first?.owner}/${first?.name}`, {
      headers: { authorization: `token ${token}` },
    });
    const hidden = await fetch(`${standIn.url}/api/v3/repos/${second?.owner}/${second?.name}`, {
      headers: { authorization: `token ${token}` },
    });
    expect([seen.status, hidden.status]).toEqual([200, 404]);
  });
});

async function remaining(resource: string): Promise<number | undefined> {
  const { budgets } = await readBudget(db, ref.tenantId);
  return budgets.find((budget) => budget.resource === resource)?.remaining;
}

describe('the App’s client', () => {
  it('lists its installations, a page and the place of the next', async () => {
    const request = {
      route: 'GET /app/installations',
      parameters: { per_page: 1 },
      data: z.array(z.object({ id: z.int() })),
    };
    const first = await github.app.restPage(request);
    expect(first.data).toHaveLength(1);
    const second = await github.app.restPage({ ...request, parameters: { ...first.next } });
    expect(second.data[0]?.id).not.toBe(first.data[0]?.id);
  });
});

describe('every request', () => {
  it('was one that GitHub understands', () => {
    expect(standIn.violations).toEqual([]);
    expect(standIn.checked).toBeGreaterThan(10);
  });
});
