import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { getDefinition, type MetricDefinition } from '../definition.ts';
import { formulaOf } from './formula.ts';
import { type MetricName, metrics } from './metrics.ts';
import { type MetricQuery, type MetricResult, queryMetric } from './query-metric.ts';
import { type MetricScope, scopedRepositories } from './scope.ts';

interface Source {
  readonly repository: string;
  readonly source: string;
  readonly automatic: boolean;
}

interface Explanation extends Pick<MetricResult, 'metric' | 'unit' | 'value' | 'window' | 'definition_version'> {
  readonly meaning: string;
  /** How the value comes from the rows, with the numbers. */
  readonly formula: string;
  readonly excluded: { reason: string; count: number }[];
  readonly definition: MetricDefinition;
  readonly sources: Source[];
  readonly quality: MetricResult['quality'][number][];
}

/** Where a number comes from: in words, in numbers, and by which settings. */
export async function explainMetric(trx: Trx, name: MetricName, query: MetricQuery): Promise<Explanation> {
  const result = await queryMetric(trx, name, query);
  const { tenantId, repositoryId = 0 } = query;
  const { definition } = await getDefinition(trx, { tenantId, repositoryId });
  const { metric, unit, value, window, definition_version } = result;
  return {
    metric,
    unit,
    meaning: metrics[name].meaning,
    formula: formulaOf(metrics[name].statistic, result),
    value,
    window,
    excluded: [...result.excluded],
    definition_version,
    definition,
    sources: await listSources(trx, query),
    quality: [...result.quality],
  };
}

async function listSources(trx: Trx, scope: MetricScope): Promise<Source[]> {
  const { rows } = await sql<Source>`
    with scoped as (${scopedRepositories(scope)})
    select s.full_name as repository, coalesce(o.source, 'none') as source, coalesce(o.automatic, true) as automatic
    from scoped s
    left join deployment_sources o on o.tenant_id = ${scope.tenantId} and o.repository_id = s.repository_id
    order by lower(s.full_name) limit 1000`.execute(trx);
  return rows;
}
