import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import type { ChangedFile } from '../../src/checks/files/changed-files.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import { type StandIn, startStandIn } from '../../test/support/github/stand-in.ts';
import type { Repository } from '../../test/support/github/truth/repository.ts';
import type { PullRequest } from '../../test/support/github/truth/work.ts';
import { killableServer } from '../../test/support/server-process.ts';
import type { MadeTenant } from '../metrics/made-tenant.ts';
import { percentile } from '../metrics/timing.ts';
import { measureForwarding } from './forwarding.ts';
import { madeFiles } from './made-files.ts';

const DEBOUNCE_MS = 1_000;
const TARGET_MS = 2_000;
/** So many that none is written again before it was written. */
const PULLS = 10;
/** GitHub takes 80 writes a minute of an installation: more would measure how they are put off. */
const BETWEEN_MS = 1_000;
const AT = '2026-01-01T00:00:00Z';

interface Sizes {
  readonly tenant: MadeTenant;
  readonly webhooks: number;
  readonly files: number;
}

interface Place {
  readonly db: Database;
  readonly url: string;
}

/** From the webhook to the call that writes the check run, in a process of its own, beside a bare way from one to the other. */
export async function measurePublishing(place: Place, { tenant, webhooks, files }: Sizes): Promise<void> {
  const { standIn, server, repository, openPull, hasRun } = await startPublishing(place, tenant);
  try {
    const follow = createFollow(standIn, repository);
    await standIn.change.git.push(repository);
    const pulls: PullRequest[] = [];
    for (let index = 0; index < PULLS; index++) pulls.push(await openPull());
    while (!pulls.every(hasRun)) await sleep(50);
    await sleep(2 * DEBOUNCE_MS);
    const followed: Promise<number>[] = [];
    for (let index = 0; index < webhooks; index++) {
      const pull = pulls[index % PULLS];
      if (pull) followed.push(follow(pull));
      await sleep(BETWEEN_MS);
    }
    const times = await Promise.all(followed);
    const sent = standIn.hook.webhooks.slice(-webhooks).map((webhook) => standIn.hook.request(webhook));
    const bare = await measureForwarding(standIn.webhookSecret, sent);
    const [p95, least] = [percentile(times, 0.95), percentile(bare, 0.95)];
    console.log(
      `published     after ${webhooks} webhooks, beyond the debounce of ${DEBOUNCE_MS} ms: p50 ${percentile(times, 0.5).toFixed(0)} ms, ` +
        `p95 ${p95.toFixed(0)} ms (target ${TARGET_MS}); verified and called at once p95 ${least.toFixed(1)} ms; ratio ${(least / p95).toFixed(3)}`,
    );
    const started = performance.now();
    const large = await openPull(madeFiles(files));
    while (!hasRun(large)) await sleep(10);
    const first = (performance.now() - started - DEBOUNCE_MS).toFixed(0);
    console.log(`first run     of ${files} files, which are read from GitHub before: ${first} ms beyond the debounce`);
    if (standIn.violations.length > 0) throw new Error(standIn.violations.join('\n'));
  } finally {
    await server.kill();
    await standIn.stop();
  }
}

async function startPublishing({ db, url }: Place, { tenantId, blocks }: MadeTenant) {
  const standIn = await startStandIn();
  const { truth, change, hook } = standIn;
  const organization = truth.addOrganization({ id: tenantId, login: `org-${tenantId}`, createdAt: AT });
  const ann = truth.addPerson({ login: 'ann' });
  organization.members.set(ann, 'admin');
  const repository = truth.addRepository(organization, { id: 1, name: 'repository-1', createdAt: AT });
  for (let number = 0; number <= (blocks[0] ?? 0); number++) repository.nextNumber();
  await installQuietly(db, tenantId, { id: truth.install(organization, { at: AT }).id, appId: standIn.appId });
  const server = await killableServer({
    ...standIn.environment,
    DATABASE_URL: url,
    CHECK_RUN_DEBOUNCE_S: String(DEBOUNCE_MS / 1_000),
    LOG_LEVEL: 'error',
  });
  hook.target = `${server.url}/api/github/webhooks`;
  const openPull = (files?: readonly ChangedFile[]) =>
    change.pulls.openPullRequest(repository, { author: ann, ...(files && { files }) });
  const hasRun = ({ headSha }: PullRequest) => repository.checkRuns.some((run) => run.headSha === headSha);
  return { standIn, server, repository, openPull, hasRun };
}

/** Makes something happen to a pull request. @returns milliseconds beyond the debounce until its run is written */
function createFollow(standIn: StandIn, repository: Repository): (pull: PullRequest) => Promise<number> {
  const written = new Map<string, (at: number) => void>();
  standIn.beforeAnswer(({ method, path }) => {
    const id = Number(path.split('/').at(-1));
    const run = method === 'PATCH' ? repository.checkRuns.find((each) => each.id === id) : undefined;
    if (run) written.get(run.headSha)?.(performance.now());
  });
  return async (pull) => {
    const started = performance.now();
    const end = new Promise<number>((resolve) => {
      written.set(pull.headSha, resolve);
    });
    await standIn.change.pulls.setDraft(repository, pull, !pull.draft);
    return (await end) - started - DEBOUNCE_MS;
  };
}

/** Without its webhook: nothing of the history is to be read meanwhile. */
async function installQuietly(db: Database, tenantId: number, { id, appId }: { id: number; appId: number }) {
  const about = { repository_selection: 'all', permissions: {}, events: [], created_at: AT, suspended_at: null };
  const installations = [{ installation_id: id, observed: { at: AT, app_id: appId, ...about } }];
  await withTenant(db, tenantId, (trx) => applyFacts(trx, tenantId, [{ installations }]));
}
