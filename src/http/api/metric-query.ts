import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { InvalidPayloadError, NotFoundError } from '../../errors.ts';
import { profileNames } from '../../metrics/profiles/profiles.ts';
import { healthMeasureNames } from '../../metrics/query/health/measures.ts';
import { getTimeZone, isTimeZone } from '../../metrics/definition.ts';
import { DAY_MS, type SeriesStep } from '../../metrics/query/periods.ts';
import { type Window, type WindowBound, windowBefore, windowOf } from '../../metrics/query/window.ts';
import type { MetricQuery } from '../../metrics/query/query-metric.ts';
import { getTenantSettings } from '../../tenancy/tenant-settings.ts';
import { idOf, type Org, repositoryIdOf } from './org-scope.ts';
import { repositoryFilter, textFilter, windowBound } from './parameters.ts';

const format = 'ISO 8601, such as `2026-03-01T12:30:00Z`; a date alone is its start in `time_zone`.';

/** What rows are asked for. */
export const rowFilters = {
  repository: repositoryFilter,
  team: textFilter.openapi({
    description: "A team's slug or id: as its members, those of the teams under it, and its repositories were then.",
  }),
  environment: textFilter.openapi({ description: 'Only of this production environment.' }),
  from: windowBound.openapi({
    type: 'string',
    description: `The start of the window; 90 days before its end. ${format}`,
  }),
  to: windowBound.openapi({ type: 'string', description: `The end of the window, which is not in it; now. ${format}` }),
  time_zone: textFilter
    .refine((zone) => zone === undefined || isTimeZone(zone), 'is not a time zone such as Europe/Berlin')
    .openapi({
      type: 'string',
      description: "Of days and weeks, such as `Europe/Berlin`; the organization's unless given.",
    }),
};

/** What values are asked for. */
export const metricFilters = {
  ...rowFilters,
  compare: z.string().default('previous').transform(readCompare).openapi({
    type: 'string',
    description:
      'Beside the window: `previous`, the one of as many days before it; `none`; or any other, such as `2026-01-01..2026-02-01`.',
  }),
  step: z.enum(['day', 'week']).default('week').openapi({ description: 'Of the series.' }),
};

type Compared = 'previous' | 'none' | { readonly from: WindowBound; readonly to: WindowBound };

function readCompare(text: string, context: z.RefinementCtx): Compared {
  if (text === 'previous' || text === 'none') return text;
  const [from, to, ...more] = text.split('..').map((part) => windowBound.safeParse(part).data);
  if (from && to && more.length === 0) return { from, to };
  const message = 'is not previous, none, or two times such as 2026-01-01..2026-02-01';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

/** As another tool computes it. */
export const profileFilter = {
  profile: z.enum(profileNames).optional().openapi({
    description:
      'The definitions of another tool: what it would say, beside what Shiplog says, with each setting in which they differ, and its source.',
  }),
};

/** Of team health alone. */
export const measureFilter = {
  measure: z
    .enum(healthMeasureNames)
    .optional()
    .openapi({ description: 'Of `team-health`: which measure, `work_in_progress` unless given. Of it alone.' }),
};

interface Filters {
  readonly repository?: string | undefined;
  readonly team?: string | undefined;
  readonly environment?: string | undefined;
  readonly from?: WindowBound | undefined;
  readonly to?: WindowBound | undefined;
  readonly time_zone?: string | undefined;
  readonly compare?: Compared;
  readonly step?: 'day' | 'week';
}

/** A series by days of five years, or by weeks of almost forty. */
const MOST_PERIODS = 2_000;

/** @throws InvalidPayloadError when a window ends before it starts, or is too long for its series */
export async function metricQueryOf(trx: Trx, org: Org, filters: Filters): Promise<MetricQuery> {
  const timeZone = filters.time_zone ?? (await getTimeZone(trx, org.tenant_id));
  const window = windowOf(filters, timeZone);
  if (window.from >= window.to) throw new InvalidPayloadError('`from` is not before `to`.');
  const step = filters.step ?? 'week';
  mustBeDrawable(window, step);
  return {
    tenantId: org.tenant_id,
    ...window,
    timeZone,
    weekStart: (await getTenantSettings(trx, org.tenant_id)).settings.week_start,
    repositoryId: await repositoryIdOf(trx, org, filters.repository),
    teamId: await teamIdOf(trx, org, filters.team),
    environment: filters.environment,
    step,
    compare: comparedWith(window, { compare: filters.compare, timeZone }),
  };
}

function mustBeDrawable({ from, to }: Window, step: SeriesStep): void {
  const periods = (to.getTime() - from.getTime()) / DAY_MS / (step === 'day' ? 1 : 7);
  if (periods <= MOST_PERIODS) return;
  const longest =
    step === 'day' ? `${MOST_PERIODS} days: take \`step=week\`, or a shorter window` : `${MOST_PERIODS} weeks`;
  throw new InvalidPayloadError(`From \`from\` to \`to\` is too long for a series: at most ${longest}.`);
}

function comparedWith(
  window: Window,
  { compare = 'none', timeZone }: { compare: Compared | undefined; timeZone: string },
): Window | undefined {
  if (compare === 'none') return undefined;
  if (compare === 'previous') return windowBefore(window, timeZone);
  const other = windowOf(compare, timeZone);
  if (other.from >= other.to) throw new InvalidPayloadError('`compare` ends before it starts.');
  return other;
}

export async function teamIdOf(trx: Trx, org: Org, slugOrId: string | undefined): Promise<number | undefined> {
  if (slugOrId === undefined) return undefined;
  const id = idOf(slugOrId);
  const { rows } = await sql<{ team_id: number }>`
    select team_id from teams
    where tenant_id = ${org.tenant_id} and (team_id = ${id}::bigint or lower(slug) = lower(${slugOrId}))
    order by team_id = ${id}::bigint desc nulls last, removed_at desc nulls first limit 1`.execute(trx);
  if (!rows[0]) throw new NotFoundError(`There is no team "${slugOrId}" in ${org.login}, or you may not see it.`);
  return rows[0].team_id;
}
