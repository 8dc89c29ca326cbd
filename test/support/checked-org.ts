import { afterAll, expect } from 'vitest';
import type { PullRequest } from './github/truth/work.ts';
import type { Repository } from './github/truth/repository.ts';
import { startStandIn } from './github/stand-in.ts';
import { startTestServer } from './server.ts';

const FOUNDED = '2026-03-01T00:00:00Z';

/** A Shiplog that listens, beside a stand-in GitHub with an organization that has installed it and one repository. */
export async function startCheckedOrg(env: NodeJS.ProcessEnv = {}) {
  const standIn = await startStandIn();
  afterAll(() => standIn.stop());
  const { truth, change, hook } = standIn;
  const organization = truth.addOrganization({ login: 'acme', createdAt: FOUNDED });
  const [ann, ben] = [truth.addPerson({ login: 'ann' }), truth.addPerson({ login: 'ben' })];
  organization.members.set(ann, 'admin').set(ben, 'member');
  const repository = truth.addRepository(organization, { name: 'shop', createdAt: FOUNDED });
  const server = await startTestServer({
    SHIPLOG_ROLE: 'all',
    CHECK_RUN_DEBOUNCE_S: '0',
    ...standIn.environment,
    ...env,
  });
  hook.target = `${server.baseUrl}/api/github/webhooks`;
  await change.git.push(repository);
  await change.installations.install(organization);
  return { standIn, change, organization, repository, ann, ben, ...server };
}

/** The only run on the head of a pull request, once there is one. */
export async function untilRun(repository: Repository, pull: PullRequest, expected: object): Promise<void> {
  await expect.poll(() => runsOn(repository, pull), { timeout: 15_000, interval: 50 }).toMatchObject([expected]);
}

function runsOn(repository: Repository, { headSha }: PullRequest) {
  return repository.checkRuns.filter((run) => run.headSha === headSha);
}
