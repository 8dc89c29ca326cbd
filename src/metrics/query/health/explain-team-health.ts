import type { Trx } from '../../../../db/tenant.ts';
import { getDefinition, type MetricDefinition } from '../../definition.ts';
import type { MetricQuery } from '../query-metric.ts';
import { type HealthMeasure, healthMeasures, type HealthPoint } from './measures.ts';
import { queryTeamHealth, type TeamHealthResult } from './query-team-health.ts';

type Told = 'metric' | 'measure' | 'unit' | 'value' | 'window' | 'definition_version';

interface HealthExplanation extends Pick<TeamHealthResult, Told> {
  readonly meaning: string;
  readonly formula: string;
  readonly excluded: TeamHealthResult['excluded'][number][];
  readonly definition: MetricDefinition;
  /** It needs no deployments. */
  readonly sources: never[];
  readonly quality: TeamHealthResult['quality'][number][];
}

export async function explainTeamHealth(
  trx: Trx,
  query: MetricQuery,
  measure?: HealthMeasure,
): Promise<HealthExplanation> {
  const result = await queryTeamHealth(trx, query, measure);
  const { tenantId, repositoryId = 0 } = query;
  const { definition } = await getDefinition(trx, { tenantId, repositoryId });
  const { metric, unit, value, window, definition_version } = result;
  return {
    metric,
    measure: result.measure,
    unit,
    meaning: healthMeasures[result.measure].meaning,
    formula: formulaOf(result, unit),
    value,
    window,
    excluded: [...result.excluded],
    definition_version,
    definition,
    sources: [],
    quality: [...result.quality],
  };
}

function formulaOf({ value, n, numerator, denominator }: HealthPoint, unit: TeamHealthResult['unit']): string {
  if (value === null) return 'not known';
  if (numerator !== null && denominator !== null) return `${numerator} ÷ ${denominator} = ${value}`;
  return unit === 'count' ? `${n} counted` : `median of ${n} = ${value}`;
}
