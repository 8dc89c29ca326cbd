import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recomputeAll } from '../../src/metrics/derive/recompute.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDerived } from '../support/derived-rows.ts';
import { plan, steps } from '../support/failure-steps.ts';
import { FailureWorld } from '../support/failure-world.ts';

/** The same histories in each build. `FUZZ_SEED=$RANDOM FUZZ_RUNS=2000` looks at others. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 220);

const { db } = await createTestDatabase();
const seen = new Set<string>();
let tenants = 0;

async function noteKinds(tenantId: number): Promise<void> {
  const { rows } = await withTenant(db, tenantId, (trx) =>
    sql<{ kind: string }>`
      select 'failed: ' || kind as kind from deployment_failures where tenant_id = ${tenantId}
      union select 'set aside: ' || kind from set_aside_failures where tenant_id = ${tenantId}
      union select 'rework: ' || kind from deployment_rework where tenant_id = ${tenantId}
      union select 'incident: ' || coalesce(rule, 'unlinked') from incidents where tenant_id = ${tenantId}`.execute(
      trx,
    ),
  );
  for (const { kind } of rows) seen.add(kind);
}

/** Histories in which one of these never happens would say nothing of it. */
const kinds = [
  ...['deploy_failed', 'hotfix', 'incident', 'manual', 'revert', 'rollback'].map((kind) => `failed: ${kind}`),
  'set aside: incident',
  ...['hotfix', 'incident_fix', 'revert', 'rollback'].map((kind) => `rework: ${kind}`),
  ...['last_success_before_opening', 'linked_by_hand', 'names_commit', 'names_deployed_commit'].map(incidentBy),
  ...['names_deployment', 'names_pull_request', 'unlinked', 'unlinked_by_hand'].map(incidentBy),
];

function incidentBy(rule: string): string {
  return `incident: ${rule}`;
}

it(
  'failures, recoveries, incidents and rework are the same step by step as all at once, in any order',
  async () => {
    const history = fc.asyncProperty(plan, steps, async (planned, taken) => {
      tenants += 1;
      const world = new FailureWorld(db, tenants, planned);
      await world.begin();
      for (const step of taken) await world.take(step);
      world.tellLate();
      await world.recompute();
      const rows = await readDerived(db, tenants);
      await recomputeAll(db, tenants);
      expect(rows).toEqual(await readDerived(db, tenants));
      await noteKinds(tenants);
    });
    // The smallest history that fails takes long to find: as long as the test may take.
    const limit = { interruptAfterTimeLimit: 100_000 + RUNS * 500, markInterruptAsFailure: true };
    await fc.assert(history, { numRuns: RUNS, seed: SEED, ...limit });
    expect([...seen]).toEqual(expect.arrayContaining(kinds));
  },
  120_000 + RUNS * 500,
);
