import { type RawBuilder, sql } from 'kysely';
import type { Metric } from './metric.ts';

/** How many rows have a value in [from, to); without an end: or more. */
export interface Bucket {
  readonly from: number;
  readonly to: number | null;
  readonly n: number;
}

const [HOUR, DAY] = [3_600, 86_400];

/** The same for every window, so that two distributions can be compared. */
const edges = {
  seconds: [0, HOUR, 4 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY],
  lines: [0, 10, 50, 100, 250, 500, 1_000, 5_000],
  per_day: [],
  ratio: [],
} as const satisfies Readonly<Record<Metric['unit'], readonly number[]>>;

/** Selects the buckets of the rows of `counting` as JSON; null where rows have no value of their own. */
export function distribution({ unit }: Metric): RawBuilder<unknown> {
  const starts = sql`${edges[unit]}::double precision[]`;
  if (edges[unit].length === 0) return sql`select null::jsonb`;
  return sql`
    select jsonb_agg(jsonb_build_object('from', b.start, 'to', (${starts})[b.place + 1], 'n', coalesce(c.n, 0))
      order by b.place)
    from unnest(${starts}) with ordinality as b (start, place)
    left join (
      select width_bucket(value, ${starts}) as place, count(*) as n from counting where value is not null group by 1
    ) c using (place)`;
}
