import type { Trx } from '../../../db/tenant.ts';
import { formulaOf } from '../query/formula.ts';
import type { MetricQuery } from '../query/query-metric.ts';
import { profileMetric } from './profile-metric.ts';
import { type AskedProfile, type ProfileResult, queryProfile } from './query-profile.ts';

export interface ProfileExplanation extends ProfileResult {
  /** Null: the tool has no such metric. */
  readonly meaning: string | null;
  readonly formula: string;
}

/** Where the number of another tool would come from: its settings are the differences. */
export async function explainProfile(trx: Trx, asked: AskedProfile, query: MetricQuery): Promise<ProfileExplanation> {
  const metric = profileMetric(asked.profile, asked.name);
  const result = await queryProfile(trx, asked, query);
  return { ...result, meaning: metric?.meaning ?? null, formula: formulaOf(metric?.statistic ?? 'median', result) };
}
