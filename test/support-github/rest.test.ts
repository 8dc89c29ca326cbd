import { afterAll, beforeAll, expect, it } from 'vitest';
import { installationOctokit } from '../support/github/octokit.ts';
import { responseProblems } from '../support/github/openapi-check.ts';
import { fixtureRoutes } from '../support/github/openapi-check.ts';
import { restRoutes } from '../support/github/rest/routes.ts';
import { type StandIn, startStandIn } from '../support/github/stand-in.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';

let standIn: StandIn;
let octokit: Awaited<ReturnType<typeof installationOctokit>>;
beforeAll(async () => {
  standIn = await startStandIn();
  const installation = standIn.truth.install(sampleOrg(standIn.truth, 1), { at: '2026-03-01T00:00:00Z' });
  Object.assign(installation.permissions, {
    administration: 'read',
    organization_administration: 'read',
    organization_custom_roles: 'read',
  });
  octokit = await installationOctokit(standIn, installation.id);
});
afterAll(() => standIn.stop());

it('has a description of each of its routes, and of no other', async () => {
  const routes = restRoutes(standIn).map(({ route }) => route);
  expect(routes.toSorted()).toEqual((await fixtureRoutes()).toSorted());
});

const repo = { owner: 'acme', repo: 'service-1' };

it('answers in the shapes that GitHub describes', async () => {
  const repository = standIn.truth.repository('acme/service-1');
  const [pull, issue] = [repository.pulls[0]?.number, repository.issues[0]?.number];
  const tip = repository.branches.get('main');
  const parent = repository.commit(tip ?? '').parents[0];
  const { data: run } = await octokit.request('POST /repos/{owner}/{repo}/check-runs', {
    ...repo,
    name: 'Shiplog',
    head_sha: tip ?? '',
    conclusion: 'neutral',
    output: { title: 'Fine', summary: 'Nothing to see.' },
  });
  const paths = [
    '/installation/repositories',
    '/rate_limit',
    '/orgs/acme',
    '/orgs/acme/members',
    '/orgs/acme/members?role=admin',
    '/orgs/acme/outside_collaborators',
    '/orgs/acme/custom-repository-roles',
    '/orgs/acme/memberships/acme-person-1',
    '/orgs/acme/repos',
    '/orgs/acme/teams',
    '/orgs/acme/teams/payments',
    '/orgs/acme/teams/payments/members?role=maintainer',
    '/orgs/acme/teams/payments/repos',
    '/repos/acme/service-1',
    '/repos/acme/service-1/branches',
    '/repos/acme/service-1/branches/main',
    '/repos/acme/service-1/tags',
    '/repos/acme/service-1/teams',
    '/repos/acme/service-1/collaborators?affiliation=direct',
    '/repos/acme/service-1/collaborators/acme-person-1/permission',
    '/repos/acme/service-1/commits?since=2025-01-01T00:00:00Z',
    `/repos/acme/service-1/commits/${tip}`,
    `/repos/acme/service-1/commits/${tip}/pulls`,
    `/repos/acme/service-1/commits/${tip}/check-runs`,
    `/repos/acme/service-1/compare/${parent}...${tip}`,
    '/repos/acme/service-1/pulls?state=all',
    `/repos/acme/service-1/pulls/${pull}`,
    `/repos/acme/service-1/pulls/${pull}/commits`,
    `/repos/acme/service-1/pulls/${pull}/reviews`,
    `/repos/acme/service-1/pulls/${pull}/comments`,
    '/repos/acme/service-1/pulls/comments',
    '/repos/acme/service-1/issues?state=all',
    `/repos/acme/service-1/issues/${issue}`,
    `/repos/acme/service-1/issues/${issue}/comments`,
    '/repos/acme/service-1/issues/comments?sort=updated&direction=desc',
    '/repos/acme/service-1/releases',
    `/repos/acme/service-1/releases/${repository.releases[0]?.id}`,
    '/repos/acme/service-1/deployments',
    `/repos/acme/service-1/deployments/${repository.deployments[0]?.id}`,
    `/repos/acme/service-1/deployments/${repository.deployments[0]?.id}/statuses`,
    '/repos/acme/service-1/actions/workflows',
    '/repos/acme/service-1/actions/workflows/deploy.yml/runs',
    '/repos/acme/service-1/actions/runs?created=%3E%3D2024-01-01',
    `/repos/acme/service-1/actions/runs/${repository.workflowRuns[0]?.id}`,
    `/repos/acme/service-1/check-runs/${run.id}`,
  ];
  const problems: string[] = [];
  for (const path of paths) {
    const { status, data } = await octokit.request(`GET ${path}`);
    problems.push(...(await responseProblems({ method: 'GET', path: path.split('?')[0] ?? '', status, body: data })));
  }
  expect(problems).toEqual([]);
  expect(standIn.violations).toEqual([]);
  expect(standIn.checked).toBe(paths.length + 2);
});
