import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import {
  type DefinitionChanges,
  getDefinition,
  getTimeZone,
  type MetricDefinition,
  type Place,
  saveDefinition,
} from './definition.ts';
import { recomputeRepository } from './derive/recompute.ts';
import { type MetricName, metricNames } from './query/metrics.ts';
import { type MetricResult, queryMetric } from './query/query-metric.ts';
import { type Window, windowOf } from './query/window.ts';

type Side = Pick<MetricResult, 'value' | 'n' | 'numerator' | 'denominator'>;

export interface Preview {
  /** What would count. */
  readonly definition: MetricDefinition;
  readonly window: Window;
  readonly metrics: readonly {
    readonly metric: MetricName;
    readonly unit: MetricResult['unit'];
    readonly today: Side;
    readonly changed: Side;
  }[];
}

/** Ends a transaction with what it found, and without what it wrote. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
  readonly preview: Preview;

  constructor(preview: Preview) {
    super('a preview is not kept');
    this.preview = preview;
  }
}

/**
 * The last 90 days under another definition, beside today's. All is computed by the code that computes what is kept, in
 * a transaction that is rolled back, so nobody else sees it.
 */
export async function previewDefinition(db: Database, place: Place, changes: DefinitionChanges): Promise<Preview> {
  try {
    await withTenant(db, place.tenantId, async (trx) => {
      throw new RolledBack(await compare(trx, place, changes));
    });
  } catch (err) {
    if (err instanceof RolledBack) return err.preview;
    throw err;
  }
  throw new Error('a preview ends by its rollback');
}

async function compare(trx: Trx, place: Place, changes: DefinitionChanges): Promise<Preview> {
  const timeZone = await getTimeZone(trx, place.tenantId);
  const window = windowOf({}, timeZone);
  const repositories = await listRepositories(trx, place);
  for (const repositoryId of repositories) await recomputeRepository(trx, { ...place, repositoryId });
  const today = await readAll(trx, place, window);
  await saveDefinition(trx, place, changes);
  for (const repositoryId of repositories) await recomputeRepository(trx, { ...place, repositoryId });
  const changed = await readAll(trx, place, window);
  const metrics = metricNames.map((metric) => {
    const [before, after] = [today.get(metric), changed.get(metric)];
    if (!before || !after) throw new Error(`${metric} was not read`);
    return { metric, unit: before.unit, today: sideOf(before), changed: sideOf(after) };
  });
  const { definition } = await getDefinition(trx, place);
  return { definition, window, metrics };
}

function sideOf({ value, n, numerator, denominator }: MetricResult): Side {
  return { value, n, numerator, denominator };
}

async function readAll(trx: Trx, { tenantId, repositoryId }: Place, window: Window) {
  const timeZone = await getTimeZone(trx, tenantId);
  const scope = { tenantId, repositoryId: repositoryId === 0 ? undefined : repositoryId, timeZone, ...window };
  const results = new Map<MetricName, MetricResult>();
  for (const name of metricNames) results.set(name, await queryMetric(trx, name, { ...scope, step: 'week' }));
  return results;
}

async function listRepositories(trx: Trx, { tenantId, repositoryId }: Place): Promise<number[]> {
  const { rows } = await sql<{ repository_id: number }>`
    select repository_id from repositories
    where tenant_id = ${tenantId} and ${repositoryId}::bigint in (0, repository_id) order by 1`.execute(trx);
  return rows.map(({ repository_id }) => repository_id);
}
