import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import type { MetricName } from '../../src/metrics/query/metrics.ts';
import { listMetricRows, queryMetric } from '../../src/metrics/query/query-metric.ts';
import { storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { removeDerived } from '../support/derived-rows.ts';
import { detailFacts } from '../support/golden-facts.ts';
import { goldenWebhooks } from '../support/golden-webhooks.ts';
import { type Golden, goldenOwner, goldens } from '../support/golden.ts';
import { removeRows } from '../support/rows.ts';

const { db } = await createTestDatabase();
const tenantId = goldenOwner.id;

beforeEach(async () => {
  await removeRows(db, tenantId);
  await removeDerived(db, tenantId);
});

async function read({ window }: Golden, name: MetricName) {
  const scope = { tenantId, from: new Date(window.from), to: new Date(window.to), timeZone: 'UTC' };
  return withTenant(db, tenantId, async (trx) => {
    const { value, quality, excluded } = await queryMetric(trx, name, { ...scope, step: 'week' });
    const rows = await listMetricRows(trx, name, { scope, page: { limit: 1_000 } });
    const counted = rows.filter((row) => row.counted && row.excluded === null).map(({ id }) => id);
    return { value, quality, excluded, counted };
  });
}

// With neither an App nor a clone: nothing tells parents of commits, nor which commits a pull request has.
describe.each(goldens.map((golden) => ({ name: golden.name, golden })))('webhooks alone of $name', ({ golden }) => {
  it('give no lead time that is wrong, and say what to do', async () => {
    await storeFacts(db, tenantId, 'acme', ...goldenWebhooks(golden));
    await recomputeTouched(db, tenantId);
    for (const name of ['lead-time', 'pr-cycle'] as const) {
      const { value, quality, excluded } = await read(golden, name);
      expect(value).toBeNull();
      if (excluded.length === 0) continue;
      const gap = quality.find(({ code }) => code === 'history_gap');
      expect(gap?.action).toContain('APP_ID');
      expect(quality.find(({ code }) => code === 'nothing_in_window')?.action).toContain('APP_ID');
    }
    const { deployment_frequency, change_fail_rate, rework_rate } = golden.expect.metrics;
    expect((await read(golden, 'deployment-frequency')).value).toBe(deployment_frequency.per_day);
    expect(change_fail_rate.numerator).toEqual(
      expect.arrayContaining((await read(golden, 'change-fail-rate')).counted),
    );
    expect(rework_rate.numerator).toEqual(expect.arrayContaining((await read(golden, 'rework-rate')).counted));
  });

  it('give the whole once GitHub is connected', async () => {
    await storeFacts(db, tenantId, 'acme', ...goldenWebhooks(golden));
    await recomputeTouched(db, tenantId);
    await storeFacts(db, tenantId, 'acme', ...detailFacts(golden));
    await recomputeTouched(db, tenantId);
    expect((await read(golden, 'lead-time')).value).toBe(golden.expect.metrics.lead_time.median_s);
  });
});
