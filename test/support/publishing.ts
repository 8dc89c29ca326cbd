import type { sql } from 'kysely';
import { afterAll } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { createReadRepository } from '../../src/checks/read-repository.ts';
import type { PublishDeps } from '../../src/checks/publish.ts';
import { loadConfig } from '../../src/config.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import type { InstallationClient } from '../../src/github/github.ts';
import { createLogger } from '../../src/logging.ts';
import { repositoryFact, storeFacts } from './api.ts';
import { createTestDatabase } from './database.ts';
import { startStandIn } from './github/stand-in.ts';
import { pullFact } from './sample-facts.ts';

const AT = '2026-03-01T00:00:00Z';

/** What it takes to publish check runs at a stand-in GitHub, with facts that are stored by hand. */
export async function createPublishing() {
  const standIn = await startStandIn();
  afterAll(() => standIn.stop());
  const { truth, change } = standIn;
  const organization = truth.addOrganization({ login: 'acme', createdAt: AT });
  const ann = truth.addPerson({ login: 'ann' });
  organization.members.set(ann, 'admin');
  const repository = truth.addRepository(organization, { name: 'shop', createdAt: AT });
  const installation = truth.install(organization, { at: AT });
  const { db, url } = await createTestDatabase();
  const log = createLogger({ level: 'silent', format: 'json' });
  const github = createGitHub({ config: loadConfig({ ...standIn.environment }), db, log });
  const deps: PublishDeps = {
    db,
    github,
    appId: standIn.appId,
    publicUrl: undefined,
    read: createReadRepository({ keepMs: 0 }),
  };
  const tenantId = organization.id;
  const store = (...facts: Facts[]) => storeFacts(db, tenantId, 'acme', ...facts);
  const about = { repository_selection: 'all', permissions: {}, events: [], created_at: AT, suspended_at: null };
  await store(repositoryFact(repository.id, 'acme/shop'), {
    installations: [{ installation_id: installation.id, observed: { at: AT, app_id: standIn.appId, ...about } }],
  });

  let number = 0;
  /** A pull request that nobody was told of, and its facts. */
  async function openPull(observed: Parameters<typeof pullFact>[2] = {}) {
    number += 1;
    const [commit] = await change.git.push(repository, { branch: `topic-${number}`, author: ann });
    const headSha = commit?.sha ?? '';
    await store({ pull_requests: [pullFact(repository.id, number, { head_sha: headSha, ...observed })] });
    return { tenantId, repositoryId: repository.id, headSha, number };
  }

  const runsOn = ({ headSha }: { readonly headSha: string }) =>
    repository.checkRuns.filter((run) => run.headSha === headSha);
  const query = <Row>(statement: ReturnType<typeof sql<Row>>) =>
    withTenant(db, tenantId, async (trx) => (await statement.execute(trx)).rows);
  return {
    standIn,
    organization,
    repository,
    installation,
    db,
    url,
    log,
    deps,
    store,
    openPull,
    runsOn,
    query,
    tenantId,
  };
}

/**
 * As if the process died at a call to GitHub, counted from 1: before it was sent, or after it was answered.
 * `calls` counts those that were made.
 */
export function dyingAt(deps: PublishDeps, call: number, when: 'before' | 'after') {
  const state = { calls: 0 };
  const die = async <T>(send: () => Promise<T>): Promise<T> => {
    state.calls += 1;
    const isLast = state.calls === call;
    if (isLast && when === 'before') throw new Error('died');
    const [answered] = await Promise.allSettled([send()]);
    // Whatever the answer was, nobody has heard it.
    if (isLast) throw new Error('died');
    if (answered.status === 'rejected') throw answered.reason;
    return answered.value;
  };
  const mortal = (client: InstallationClient): InstallationClient => ({
    graphql: (document, variables) => die(() => client.graphql(document, variables)),
    rest: (request) => die(() => client.rest(request)),
    async *restPages(request) {
      for await (const page of client.restPages(request)) yield await die(() => Promise.resolve(page));
    },
  });
  const github: PublishDeps['github'] = {
    webUrl: deps.github.webUrl,
    installation: (ref, options) => mortal(deps.github.installation(ref, options)),
  };
  return { deps: { ...deps, github }, state };
}
