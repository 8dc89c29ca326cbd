import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { RateLimitedError } from '../../src/errors.ts';
import { recoverNow } from '../../src/worker/recover-now.ts';
import { startRecovery } from '../../src/worker/recovery.ts';
import { startRecurringJob } from '../../src/worker/recurring-job.ts';
import { createSyncedOrg } from '../support/synced-org.ts';

const size = { repositories: 1, people: 3, days: 20, commits: 3, pulls: 1, issues: 1, releases: 0, deployments: 0 };
const org = await createSyncedOrg(3, size);
const { db, queue, log, github, standIn, tenantId } = org;
const repository = org.organization.repositories[0];
if (!repository) throw new Error('there is one');
standIn.hook.fate = () => 'lost';

const options = {
  db,
  queue,
  log,
  uninstallGraceDays: 30,
  sync: { github, appId: standIn.appId, horizonDays: null, retentionDays: 3 },
};

async function until(query: ReturnType<typeof sql>): Promise<void> {
  while ((await query.execute(db)).rows.length === 0) await sleep(20);
}

describe('the jobs of the recovery', () => {
  it('are started by the clock', async () => {
    const recovery = await startRecovery(options);
    const schedules = await queue.getSchedules();
    expect(Object.fromEntries(schedules.map(({ name, cron }) => [name, cron]))).toEqual({
      'missed-deliveries': '*/15 * * * *',
      'reconcile-installations': '17 3 * * *',
      'purge-uninstalled': '47 4 * * *',
    });
    await recovery.stop();
  });

  it('bring in what was lost, and find who installed the app', async () => {
    const recovery = await startRecovery(options);
    await standIn.change.issues.openIssue(repository);
    const [webhook] = standIn.hook.webhooks.slice(-1);
    await queue.send('missed-deliveries', {});
    await until(sql`select from deliveries where guid = ${webhook?.guid}`);
    await queue.send('reconcile-installations', {});
    await until(sql`select from sync_turns where tenant_id = ${tenantId}`);
    await recovery.stop();
    await org.sync();
    expect((await org.readCursors(tenantId)).every(({ state }) => state === 'done')).toBe(true);
  });

  it('leave GitHub alone where it is not connected', async () => {
    const { sync: _, ...offline } = options;
    const before = standIn.requests.length;
    const recovery = await startRecovery(offline);
    await queue.send('purge-uninstalled', {});
    await recovery.stop();
    expect(standIn.requests).toHaveLength(before);
  });
});

describe('the recovery by hand', () => {
  it('does the same at once', async () => {
    await standIn.change.issues.openIssue(repository);
    const config = { appId: standIn.appId, gheHost: undefined, syncHorizonDays: null };
    const signal = new AbortController().signal;
    const recovered = await recoverNow({ db, queue, log, github, config, signal });
    expect(recovered).toMatchObject({ missed: { recovered: 1, lost: 0, finished: true }, tenants: 1 });
    expect(await recoverNow({ db, queue, log, github, config, signal })).toMatchObject({ missed: { recovered: 0 } });
    expect(standIn.violations).toEqual([]);
  });
});

describe('an organization at its limit', () => {
  it('is left, and told', async () => {
    const config = { appId: standIn.appId, gheHost: undefined, syncHorizonDays: null };
    const limited = {
      app: github.app,
      installation: () => {
        throw new RateLimitedError('used up', { retryAt: new Date() });
      },
    };
    const { signal } = new AbortController();
    const recovered = await recoverNow({ db, queue, log, github: limited, config, signal });
    expect(recovered).toMatchObject({ missed: { finished: true }, tenants: 0, started: 0, left: 1 });
  });
});

describe('a job that the clock starts', () => {
  it('waits for the reset of a limit, and goes to another worker when its own stops', async () => {
    const retryAt = new Date(Date.now() + 3_600_000);
    const started: string[] = [];
    const job = (name: string, run: (signal: AbortSignal) => Promise<void>) => ({
      name,
      cron: '0 0 1 1 *',
      run: (signal: AbortSignal) => {
        started.push(name);
        return run(signal);
      },
    });
    const limited = job('limited', () => Promise.reject(new RateLimitedError('slow down', { retryAt })));
    const patient = job(
      'patient',
      (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    );
    const stops = [await startRecurringJob(queue, limited, { log }), await startRecurringJob(queue, patient, { log })];
    for (const name of ['limited', 'patient']) await queue.send(name, {});
    while (started.length < 2) await sleep(20);
    for (const stop of stops) await stop();
    const jobs = async (name: string) =>
      (await queue.findJobs(name)).map(({ state, startAfter }) => ({ state, startAfter }));
    expect(await jobs('limited')).toContainEqual({ state: 'created', startAfter: retryAt });
    expect(await jobs('patient')).toMatchObject([{ state: 'retry' }]);
  });
});
