import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Database } from '../../db/connection.ts';
import { fakeEntities } from '../support/fake-installation.ts';
import { readRows, type Rows } from '../support/rows.ts';
import { createSyncEngine } from '../support/sync-engine.ts';

const engine = await createSyncEngine(fakeEntities({ count: 230, newest: new Date('2026-03-01T00:00:00Z') }));
const repositories = [
  { id: 1, name: 'shop', pushedAt: '2026-02-01T00:00:00Z' },
  { id: 2, name: 'site', pushedAt: '2026-01-01T00:00:00Z' },
];

/** A process that dies at the nth of the points at which one can: from then on it does nothing. */
class MortalProcess {
  #points = 0;
  readonly #diesAt: number;

  constructor(diesAt: number) {
    this.#diesAt = diesAt;
  }

  point(): void {
    this.#points += 1;
    if (this.#points >= this.#diesAt) throw new Error('killed');
  }

  /** Dies before a transaction, at the end of its work, or when it has committed; or before a statement of its own. */
  over(db: Database): Database {
    return new Proxy(db, {
      get: (target, key) => {
        if (key === 'transaction') return () => ({ execute: (work: Work) => this.#run(target, work) });
        if (key === 'executeQuery') this.point();
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  async #run(db: Database, work: Work): Promise<unknown> {
    this.point();
    const result = await db.transaction().execute(async (trx) => {
      const value = await work(trx);
      this.point();
      return value;
    });
    this.point();
    return result;
  }
}
type Work = (trx: Database) => Promise<unknown>;

let tenants = 0;

/** @returns the rows, and how many pages it took */
async function backfill(deaths: readonly number[]): Promise<{ rows: Rows; pages: number }> {
  const tenantId = (tenants += 1);
  await engine.install({ tenantId, repositories });
  await engine.backfill({ tenantId, reason: 'installation' });
  engine.sources.requests.length = 0;
  for (const diesAt of deaths) {
    const mortal = new MortalProcess(diesAt);
    engine.sources.fault = () => mortal.point();
    await engine.runJobs({ ...engine.deps, db: mortal.over(engine.db) }).catch(() => {});
    await engine.passAnHour();
  }
  engine.sources.fault = () => {};
  await engine.runJobs();
  return { rows: withoutVarying(await readRows(engine.db, tenantId)), pages: engine.sources.requests.length };
}

/** Without what is another in each tenant, or at each time. */
function withoutVarying(rows: Rows): Rows {
  const varying = /^(tenant_id|full_name|\w+_rank|installed_at)$/;
  const text = JSON.stringify(rows, (key: string, value: unknown) => (varying.test(key) ? undefined : value));
  const { issues, repositories }: Rows = JSON.parse(text);
  return { issues: issues ?? [], repositories: repositories ?? [] };
}

it('a backfill ends in the same rows wherever its process is killed, and repeats at most a page each time', async () => {
  const whole = await backfill([]);
  expect(whole.rows['issues']).toHaveLength(460);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }), async (deaths) => {
      const { rows, pages } = await backfill(deaths);
      expect(rows).toEqual(whole.rows);
      expect(pages).toBeLessThanOrEqual(whole.pages + deaths.length);
    }),
    { numRuns: 15 },
  );
}, 120_000);
