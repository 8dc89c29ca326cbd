import { afterAll } from 'vitest';
import { startStandIn } from './github/stand-in.ts';
import { startTestServer } from './server.ts';

const FOUNDED = '2026-03-01T00:00:00Z';
const OPERATOR_TOKEN = 'operator-token-of-the-tests';

/**
 * A Shiplog that listens, beside a stand-in GitHub with an organization that has installed it and one repository, of which
 * ann is an admin; ben may write, and cy may read.
 */
export async function startCheckedOrg(env: NodeJS.ProcessEnv = {}) {
  const standIn = await startStandIn();
  afterAll(() => standIn.stop());
  const { truth, change, hook } = standIn;
  const organization = truth.addOrganization({ login: 'acme', createdAt: FOUNDED });
  const addPerson = (login: string) => truth.addPerson({ login });
  const [ann, ben, cy] = [addPerson('ann'), addPerson('ben'), addPerson('cy')];
  organization.members.set(ann, 'admin').set(ben, 'member').set(cy, 'member');
  const repository = truth.addRepository(organization, { name: 'shop', createdAt: FOUNDED });
  repository.collaborators.set(ben, 'write');
  const server = await startTestServer({
    SHIPLOG_ROLE: 'all',
    CHECK_RUN_DEBOUNCE_S: '0',
    ...standIn.environment,
    ...env,
  });
  hook.target = `${server.baseUrl}/api/github/webhooks`;
  await change.git.push(repository);
  const installation = await change.installations.install(organization);
  /** Below the organization, as everybody can see it. */
  const readApi = async (path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    return (await fetch(`${server.baseUrl}/api/v1/orgs/acme${path}`, { headers })).json();
  };
  return { standIn, change, organization, installation, repository, ann, ben, cy, readApi, ...server };
}
