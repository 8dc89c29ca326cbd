import type { Trx } from '../../../../db/tenant.ts';
import { getDefinition, versionName } from '../../definition.ts';
import type { SeriesPoint } from '../series.ts';
import { listUnread } from '../history-quality.ts';
import { noRepositories, nothingBefore, type Quality } from '../quality.ts';
import type { MetricQuery } from '../query-metric.ts';
import { findTeamQuality } from '../team-history.ts';
import type { Window } from '../window.ts';
import { countExcluded } from './list-health-rows.ts';
import { describeHealth } from './health-quality.ts';
import { type HealthMeasure, healthMeasureNames, healthMeasures, type HealthPoint } from './measures.ts';
import type { OpenPulls } from './open-pulls.ts';
import { startsOf } from './places.ts';
import { type Health, readHealth } from './read-health.ts';
import { isTold } from './told-pulls.ts';

/** A measure with what it is compared with, and how it went. */
interface MeasuredHealth extends HealthPoint {
  readonly measure: HealthMeasure;
  readonly unit: (typeof healthMeasures)[HealthMeasure]['unit'];
  readonly comparison: (Window & HealthPoint) | null;
  readonly series: readonly SeriesPoint[];
}

/** One measure as any metric is told, and all of them beside it. */
export interface TeamHealthResult extends MeasuredHealth {
  readonly metric: 'team-health';
  readonly excluded: readonly { readonly reason: string; readonly count: number }[];
  readonly window: Window;
  readonly definition_version: string;
  readonly quality: readonly Quality[];
  readonly measures: readonly MeasuredHealth[];
}

export async function queryTeamHealth(
  trx: Trx,
  query: MetricQuery,
  measure: HealthMeasure = healthMeasureNames[0],
): Promise<TeamHealthResult> {
  const health = await readHealth(trx, { ...query, starts: startsOf(query, query.step) });
  const compared = query.compare ? { ...query, ...query.compare } : undefined;
  const before = compared && { window: compared, health: await readHealth(trx, { ...compared, starts: [] }) };
  const { version } = await getDefinition(trx, { tenantId: query.tenantId, repositoryId: query.repositoryId ?? 0 });
  const asked = measured(measure, { health, before });
  return {
    metric: 'team-health',
    ...asked,
    excluded: await leftOut(trx, { measure, query, open: health.counts.open }),
    window: { from: query.from, to: query.to },
    definition_version: versionName(version),
    quality: [
      ...(health.hasRepositories ? describeHealth(health, query) : [noRepositories]),
      ...(before && asked.value !== null && asked.comparison?.value === null
        ? [nothingBefore(whyUnknown(measure, before.health))]
        : []),
      ...(await listUnread(trx, query)),
      ...(await findTeamQuality(trx, query)),
    ],
    measures: healthMeasureNames.map((name) => measured(name, { health, before })),
  };
}

function whyUnknown(measure: HealthMeasure, { counts: { open } }: Health): Parameters<typeof nothingBefore>[0] {
  if (measure === 'outside_hours') return 'few_people';
  return isOfOpen(measure) && !(open && isTold(open.told)) ? 'never_told' : 'nothing';
}

const waiting: ReadonlySet<HealthMeasure> = new Set(['waiting_for_review', 'waiting_age']);

function isOfOpen(measure: HealthMeasure): boolean {
  return waiting.has(measure) || measure === 'work_in_progress' || measure === 'open_age';
}

/** What is open was counted already. */
async function leftOut(
  trx: Trx,
  { measure, query, open }: { measure: HealthMeasure; query: MetricQuery; open: OpenPulls | undefined },
): Promise<TeamHealthResult['excluded']> {
  const waits = waiting.has(measure);
  if (!isOfOpen(measure)) return countExcluded(trx, measure, query);
  const { bots: bot = 0, excluded_people: excluded_person = 0, drafts: draft = 0, reviewed = 0 } = open ?? {};
  const counts = waits ? { bot, draft, excluded_person, reviewed } : { bot, excluded_person };
  return Object.entries(counts).flatMap(([reason, count]) => (count > 0 ? [{ reason, count }] : []));
}

interface Compared {
  readonly health: Health;
  readonly before: { readonly window: Window; readonly health: Health } | undefined;
}

function measured(measure: HealthMeasure, { health, before }: Compared): MeasuredHealth {
  const { unit } = healthMeasures[measure];
  return {
    measure,
    unit,
    ...health.points[measure],
    comparison: before ? { from: before.window.from, to: before.window.to, ...before.health.points[measure] } : null,
    series: health.series.map(({ from, points }) => ({
      from: from.toISOString(),
      value: points[measure].value,
      n: points[measure].n,
    })),
  };
}
