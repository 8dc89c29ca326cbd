import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { connectPool } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { createLogger } from '../../src/logging.ts';
import { sendApplyDeliveries, sendRecomputeMetrics, startQueue } from '../../src/queue.ts';
import type { SourceCommit } from '../../src/sync/commit-source.ts';
import type { Compare } from '../../src/sync/compared-commits.ts';
import { startWorker } from '../../src/worker/start-worker.ts';
import { repositoryFact, storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { deploymentStatusPayload } from '../support/delivery-payloads.ts';
import { removeDerived } from '../support/derived-rows.ts';
import { ACME, sha } from '../support/payloads.ts';
import { removeRows } from '../support/rows.ts';
import { commitFact, deploymentFact, statusFact } from '../support/sample-facts.ts';
import { storeDelivery } from '../support/stored-deliveries.ts';

const { db, url } = await createTestDatabase();
const log = createLogger({ level: 'silent', format: 'json' });
const queue = await startQueue({ url, log });
afterAll(() => queue.stop());

const SHOP = 9_000;

beforeEach(async () => {
  await removeRows(db, ACME.id);
  await removeDerived(db, ACME.id);
});

async function listShipped(): Promise<string[]> {
  const { rows } = await withTenant(db, ACME.id, (trx) =>
    sql<{ text: string }>`
      select concat_ws(' ', deployment_id, left(sha, 7)) as text from shipped_commits
      where tenant_id = ${ACME.id} order by 1`.execute(trx),
  );
  return rows.map(({ text }) => text);
}

async function untilShipped(expected: readonly string[]): Promise<void> {
  for (;;) {
    const shipped = await listShipped();
    if (shipped.join() === expected.join()) return;
    await sleep(20);
  }
}

const short = (text: string) => sha(text).slice(0, 7);

it('computes what a delivery changes, once its facts are stored', async () => {
  const worker = await startWorker({ db, queue, log, appId: null });
  await storeDelivery(db, {
    event: 'deployment_status',
    payload: deploymentStatusPayload({ deployment: { id: 1, sha: sha('a') } }),
  });
  await db.transaction().execute((trx) => sendApplyDeliveries(queue, trx));
  await untilShipped([`1 ${short('a')}`]);
  await worker.stop();
  expect(await listShipped()).toEqual([`1 ${short('a')}`]);
});

function deployment(id: number, name: string): Facts {
  const created_at = new Date(Date.UTC(2026, 2, id)).toISOString();
  return {
    deployments: [deploymentFact(SHOP, id, { sha: sha(name), created_at })],
    deployment_statuses: [statusFact(SHOP, id, { id, state: 'success', created_at })],
  };
}

function sourceCommit(name: string, parents: readonly string[]): SourceCommit {
  const person = { name: 'Ann', email: 'ann@acme.example' };
  const at = '2026-03-01T00:00:00.000Z';
  return {
    sha: sha(name),
    parents: parents.map(sha),
    author: person,
    committer: person,
    authored_at: at,
    committed_at: at,
    message: name,
    additions: 1,
    deletions: 0,
    changed_files: 1,
  };
}

it('asks for what lies between two deployments where the history has a gap, and stores it', async () => {
  const asked: unknown[] = [];
  const compare: Compare = async function* ({ repository, base, head }) {
    asked.push({ ...repository, base, head });
    yield [sourceCommit('b', ['a'])];
    yield [sourceCommit('c', ['b'])];
  };
  await storeFacts(db, ACME.id, 'acme', repositoryFact(SHOP, 'acme/rocket'), {
    commits: [commitFact(SHOP, sha('a')), commitFact(SHOP, sha('c'))],
  });
  await storeFacts(db, ACME.id, 'acme', deployment(1, 'a'), deployment(2, 'c'));
  const worker = await startWorker({ db, queue, log, appId: null, compare });
  await sendRecomputeMetrics(queue, db, [ACME.id]);
  await untilShipped([`1 ${short('a')}`, ...[`2 ${short('b')}`, `2 ${short('c')}`].toSorted()]);
  await worker.stop();
  expect(asked).toEqual([{ id: SHOP, fullName: 'acme/rocket', base: sha('a'), head: sha('c') }]);
});

it('leaves the numbers as they are where GitHub does not answer', async () => {
  const asked: string[] = [];
  const compare: Compare = async function* ({ head }) {
    asked.push(head);
    yield [];
    throw new Error('GitHub does not answer');
  };
  await storeFacts(db, ACME.id, 'acme', repositoryFact(SHOP, 'acme/rocket'), { commits: [commitFact(SHOP, sha('a'))] });
  await storeFacts(db, ACME.id, 'acme', deployment(1, 'a'), deployment(2, 'c'));
  const worker = await startWorker({ db, queue, log, appId: null, compare });
  await sendRecomputeMetrics(queue, db, [ACME.id]);
  while (asked.length === 0) await sleep(20);
  await worker.stop();
  expect(asked).toEqual([sha('c')]);
  expect(await listShipped()).toEqual([`1 ${short('a')}`, `2 ${short('c')}`]);
});

it('a repository that can not be computed keeps no other one from it, and is tried again', async () => {
  const [broken, sound] = [SHOP + 1, SHOP + 2];
  const owner = connectPool({ url, max: 1 });
  await owner.query(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'refused'; end $$;
    create trigger refuse before insert on production_deployments for each row
      when (new.repository_id = ${broken}) execute function refuse()`);
  const worker = await startWorker({ db, queue, log, appId: null });
  const facts = [broken, sound].flatMap((id): Facts[] => [
    repositoryFact(id, `acme/${id}`),
    {
      deployments: [deploymentFact(id, id, { sha: sha('a') })],
      deployment_statuses: [statusFact(id, id, { id, state: 'success', created_at: '2026-02-01T10:00:00.000Z' })],
    },
  ]);
  await storeFacts(db, ACME.id, 'acme', ...facts);
  await sendRecomputeMetrics(queue, db, [ACME.id]);
  await untilShipped([`${sound} ${short('a')}`]);
  await owner.query('drop trigger refuse on production_deployments');
  await owner.end();
  await sendRecomputeMetrics(queue, db, [ACME.id]);
  await untilShipped([`${broken} ${short('a')}`, `${sound} ${short('a')}`]);
  await worker.stop();
  expect(await listShipped()).toEqual([`${broken} ${short('a')}`, `${sound} ${short('a')}`]);
});
