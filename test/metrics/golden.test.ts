import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import type { MetricName } from '../../src/metrics/query/metrics.ts';
import { listMetricRows, queryMetric } from '../../src/metrics/query/query-metric.ts';
import { inAnyOrder } from '../support/any-order.ts';
import { SEEN_AT } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDerived, recomputedRows, removeDerived } from '../support/derived-rows.ts';
import { detailFacts, goldenFacts } from '../support/golden-facts.ts';
import { goldenWebhooks } from '../support/golden-webhooks.ts';
import { type Golden, goldenOwner, goldens, namesOf } from '../support/golden.ts';
import { removeRows } from '../support/rows.ts';

const { db } = await createTestDatabase();
const tenantId = goldenOwner.id;
const tenant: Facts = { tenants: [{ observed: { at: SEEN_AT, login: 'acme', type: 'Organization' } }] };

beforeEach(clear);

async function clear(): Promise<void> {
  await removeRows(db, tenantId);
  await removeDerived(db, tenantId);
}

function apply(facts: readonly Facts[]): Promise<number> {
  return withTenant(db, tenantId, (trx) => applyFacts(trx, tenantId, [tenant, ...facts]));
}

function scopeOf({ window }: Golden) {
  return { tenantId, from: new Date(window.from), to: new Date(window.to), timeZone: 'UTC' };
}

function readMetric(golden: Golden, name: MetricName) {
  return withTenant(db, tenantId, async (trx) => {
    const scope = scopeOf(golden);
    const result = await queryMetric(trx, name, { ...scope, step: 'week' });
    const rows = await listMetricRows(trx, name, { scope, page: { limit: 1_000 } });
    const counted = rows.filter((row) => row.counted).map(({ id }) => id);
    return { ...result, rows, counted: counted.toSorted((a, b) => a - b) };
  });
}

async function readMetrics(golden: Golden): Promise<Golden['expect']['metrics']> {
  const [frequency, lead, fail, recovery, rework] = [
    await readMetric(golden, 'deployment-frequency'),
    await readMetric(golden, 'lead-time'),
    await readMetric(golden, 'change-fail-rate'),
    await readMetric(golden, 'recovery-time'),
    await readMetric(golden, 'rework-rate'),
  ];
  return {
    deployment_frequency: { per_day: frequency.value ?? NaN, n: frequency.n },
    lead_time: { median_s: lead.value, p90_s: lead.p90, n: lead.n },
    change_fail_rate: { value: fail.value ?? NaN, numerator: fail.counted, denominator: fail.denominator ?? NaN },
    recovery_time: { median_s: recovery.value, n: recovery.n, open: recovery.open },
    rework_rate: { value: rework.value ?? NaN, numerator: rework.counted, denominator: rework.denominator ?? NaN },
  };
}

interface DeploymentRow {
  readonly id: string;
  readonly outcome: string;
  readonly baseline: boolean;
  readonly changes: { number: number; sha: string }[];
  readonly failure_causes: string[];
  readonly rework: string[];
}

async function readDeployments(golden: Golden): Promise<Golden['expect']['deployments']> {
  const names = namesOf(golden);
  const { rows } = await withTenant(db, tenantId, (trx) =>
    sql<DeploymentRow>`
      select deployment_id::text as id, outcome, baseline,
        coalesce((select jsonb_agg(jsonb_build_object('number', c.number, 'sha', c.sha)) from deployment_changes c
          where c.tenant_id = d.tenant_id and c.deployment_id = d.deployment_id and c.is_change), '[]') as changes,
        array(select distinct kind from deployment_failures f
          where f.tenant_id = d.tenant_id and f.deployment_id = d.deployment_id order by 1) as failure_causes,
        array(select distinct kind from deployment_rework w
          where w.tenant_id = d.tenant_id and w.deployment_id = d.deployment_id order by 1) as rework
      from production_deployments d where tenant_id = ${tenantId}`.execute(trx),
  );
  return Object.fromEntries(
    rows.map(({ id, outcome, baseline, changes, failure_causes, rework }) => [
      id,
      {
        outcome,
        changes: changes.map(({ number, sha }) => (number > 0 ? `#${number}` : (names.get(sha) ?? sha))).toSorted(),
        failure_causes,
        rework,
        ...(baseline && { excluded: ['baseline'] }),
      },
    ]),
  );
}

async function readFlow(golden: Golden): Promise<Golden['expect']['flow']> {
  const { rows } = await readMetric(golden, 'pr-cycle');
  const stages = ['coding_s', 'pickup_s', 'review_s', 'merge_s', 'deploy_s', 'cycle_s'];
  return Object.fromEntries(
    rows.map(({ id, detail }) => [
      id,
      Object.fromEntries(stages.map((stage) => [stage, detail[stage] as number | null])),
    ]),
  );
}

async function listUnlinked(): Promise<number[]> {
  const { rows } = await withTenant(db, tenantId, (trx) =>
    sql<{ number: number }>`
      select number from incidents where tenant_id = ${tenantId} and deployment_id is null order by 1`.execute(trx),
  );
  return rows.map(({ number }) => number);
}

async function readAll(golden: Golden): Promise<Golden['expect']> {
  return {
    deployments: await readDeployments(golden),
    metrics: await readMetrics(golden),
    unlinked_incidents: await listUnlinked(),
    flow: await readFlow(golden),
  };
}

describe.each(goldens.map((golden) => ({ name: golden.name, golden })))('the worked example $name', ({ golden }) => {
  it('comes out exactly from facts', async () => {
    await apply(goldenFacts(golden));
    await recomputeTouched(db, tenantId);
    expect(await readAll(golden)).toEqual(golden.expect);
    const rows = await readDerived(db, tenantId);
    expect(await recomputedRows(db, tenantId)).toEqual([rows, rows]);
  });

  it('comes out exactly from webhooks in any order, some of them twice', async () => {
    const facts = [...goldenWebhooks(golden), ...detailFacts(golden)];
    const isLong = facts.length > 200;
    const random = fc.infiniteStream(fc.nat());
    const property = fc.asyncProperty(random, async (stream) => {
      await clear();
      for (const batch of inAnyOrder(facts, stream)) {
        await apply(batch);
        if ((stream.next().value ?? 0) % 3 === 0) await recomputeTouched(db, tenantId);
      }
      await recomputeTouched(db, tenantId);
      expect(await readAll(golden)).toEqual(golden.expect);
      const rows = await readDerived(db, tenantId);
      expect(await recomputedRows(db, tenantId)).toEqual([rows, rows]);
    });
    await fc.assert(property, { numRuns: isLong ? 1 : 5, endOnFailure: true });
  }, 120_000);
});
