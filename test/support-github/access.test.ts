import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appJwt, githubJson, installationOctokit, installationToken, octokitWith } from '../support/github/octokit.ts';
import { type StandIn, startStandIn } from '../support/github/stand-in.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';
import type { Installation } from '../support/github/truth/truth.ts';

let standIn: StandIn;
let installation: Installation;
beforeEach(async () => {
  standIn = await startStandIn();
  const organization = sampleOrg(standIn.truth, 1, { repositories: 3 });
  installation = standIn.truth.install(organization, { at: '2026-03-01T00:00:00Z' });
});
afterEach(() => standIn.stop());

const get = async (path: string, token?: string, headers?: Record<string, string>) =>
  githubJson(standIn, { path, ...(token === undefined ? {} : { token }), ...(headers ? { headers } : {}) });

describe('tokens', () => {
  it('are given to the App alone, and fail when wrong or revoked', async () => {
    const token = await installationToken(standIn, installation.id);
    const path = '/installation/repositories';
    expect((await get(path, token)).status).toBe(200);
    expect((await get(path, 'ghs_wrong')).status).toBe(401);
    standIn.tokens.revokeAll();
    expect((await get(path, token)).status).toBe(401);
    expect((await get('/app', appJwt(standIn, Date.now() - 3_600_000))).status).toBe(401);
    expect((await get('/app', appJwt(standIn))).status).toBe(200);
    expect((await get(path)).status).toBe(401);
  });

  it('can be narrowed to a repository and a permission', async () => {
    const app = octokitWith(standIn, appJwt(standIn));
    const [first] = installation.organization.repositories;
    const { data } = await app.rest.apps.createInstallationAccessToken({
      installation_id: installation.id,
      repository_ids: [first?.id ?? 0],
      permissions: { contents: 'read' },
    });
    const { body } = await get('/installation/repositories', data.token);
    expect(body).toMatchObject({ total_count: 1, repositories: [{ name: 'service-1' }] });
    expect((await get('/repos/acme/service-2', data.token)).status).toBe(404);
    expect((await get('/repos/acme/service-1/releases', data.token)).status).toBe(200);
    expect((await get('/repos/acme/service-1/deployments', data.token)).status).toBe(403);
    const wider = app.rest.apps.createInstallationAccessToken({
      installation_id: installation.id,
      permissions: { administration: 'read' },
    });
    await expect(wider).rejects.toMatchObject({ status: 422 });
  });

  it('stop with a suspended installation', async () => {
    const token = await installationToken(standIn, installation.id);
    await standIn.change.installations.suspend(installation);
    expect((await get('/installation/repositories', token)).status).toBe(403);
    await expect(installationToken(standIn, installation.id)).rejects.toMatchObject({ status: 403 });
    await standIn.change.installations.uninstall(installation);
    await expect(installationToken(standIn, installation.id)).rejects.toMatchObject({ status: 404 });
  });

  it('of a person show the installations that the person may see', async () => {
    const member = standIn.tokens.createForPerson(standIn.truth.person('acme-person-3'));
    const stranger = standIn.tokens.createForPerson(standIn.truth.addPerson({ login: 'stranger' }));
    expect((await get('/user/installations', member)).body).toMatchObject({ total_count: 1 });
    expect((await get('/user/installations', stranger)).body).toMatchObject({ total_count: 0 });
  });
});

it('refuses what the installation has no permission for', async () => {
  delete installation.permissions['issues'];
  const token = await installationToken(standIn, installation.id);
  const rest = await get('/repos/acme/service-1/issues', token);
  expect([rest.status, rest.body]).toMatchObject([403, { message: 'Resource not accessible by integration' }]);
  const query = '{ repository(owner: "acme", name: "service-1") { name issues(first: 1) { totalCount } } }';
  const { body } = await githubJson(standIn, { path: '/graphql', token, body: { query } });
  expect(body).toMatchObject({ errors: [{ type: 'FORBIDDEN', path: ['repository', 'issues'] }] });
});

it('answers 304 to a known ETag, free of charge', async () => {
  const token = await installationToken(standIn, installation.id);
  const first = await get('/repos/acme/service-1', token);
  const etag = first.headers.get('etag') ?? '';
  const second = await get('/repos/acme/service-1', token, { 'if-none-match': etag });
  expect(second.status).toBe(304);
  expect(second.headers.get('x-ratelimit-remaining')).toBe(first.headers.get('x-ratelimit-remaining'));
  await standIn.change.repositories.archive(standIn.truth.repository('acme/service-1'));
  expect((await get('/repos/acme/service-1', token, { 'if-none-match': etag })).status).toBe(200);
});

it('counts down the hourly budgets, and refuses when they are used up', async () => {
  const token = await installationToken(standIn, installation.id);
  const caller = `installation ${installation.id}`;
  standIn.rateLimits.set({ caller, resource: 'core', remaining: 1 });
  standIn.rateLimits.set({ caller, resource: 'graphql', remaining: 0 });
  expect((await get('/repos/acme/service-1', token)).headers.get('x-ratelimit-remaining')).toBe('0');
  expect((await get('/repos/acme/service-1', token)).status).toBe(403);
  const query = '{ rateLimit { remaining } }';
  const { status, body } = await githubJson(standIn, { path: '/graphql', token, body: { query } });
  expect([status, body]).toMatchObject([200, { errors: [{ type: 'RATE_LIMITED' }] }]);
});

it('leads from an old name to the new one, and to nothing once a repository is deleted', async () => {
  const octokit = await installationOctokit(standIn, installation.id);
  const repository = standIn.truth.repository('acme/service-1');
  await standIn.change.repositories.renameRepository(repository, 'renamed');
  const { data } = await octokit.rest.repos.listReleases({ owner: 'acme', repo: 'service-1', per_page: 1 });
  expect(data).toHaveLength(1);
  standIn.beforeAnswer(() => {
    if (standIn.truth.repositories.includes(repository)) standIn.change.repositories.deleteRepository(repository);
  });
  await expect(octokit.rest.repos.get({ owner: 'acme', repo: 'renamed' })).rejects.toMatchObject({ status: 404 });
  expect(standIn.peakInFlight(installation.id)).toBe(1);
});

it('pages through a list by its Link header, as the truth has it', async () => {
  const octokit = await installationOctokit(standIn, installation.id);
  const repository = standIn.truth.repository('acme/service-1');
  const shas = await octokit.paginate('GET /repos/{owner}/{repo}/commits', {
    owner: 'acme',
    repo: 'service-1',
    per_page: 7,
  });
  const history = repository.history(repository.branches.get('main') ?? '');
  expect(shas.map(({ sha }) => sha)).toEqual(history.map(({ sha }) => sha));
  const runs = await octokit.paginate('GET /repos/{owner}/{repo}/actions/runs', {
    owner: 'acme',
    repo: 'service-1',
    per_page: 4,
  });
  const ids = z
    .array(z.object({ id: z.number() }))
    .parse(runs)
    .map(({ id }) => id);
  expect(ids.toReversed()).toEqual(repository.workflowRuns.map(({ id }) => id));
  expect(standIn.violations).toEqual([]);
});

it('notes a request that GitHub would not understand', async () => {
  const token = await installationToken(standIn, installation.id);
  await get('/repos/acme/service-1/issues?sort=colour', token);
  await get('/repos/acme/service-1/nonsense', token);
  expect(standIn.violations).toEqual([
    expect.stringContaining('/issues: /query/sort must be equal to one of the allowed values'),
    expect.stringContaining('/nonsense: not in'),
  ]);
});
