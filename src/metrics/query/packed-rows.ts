import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Metric } from './metric.ts';
import { type MetricScope, scopedRepositories } from './scope.ts';

/** What statistics need of rows, in columns: an object for each of a few hundred thousand would take seconds. */
export interface Samples {
  /** In seconds since 1970. */
  readonly at: Float64Array;
  /** NaN: the row has none. */
  readonly values: Float64Array;
  /** 1: it is in the numerator. */
  readonly counted: Uint8Array;
  readonly open: number;
}

export interface PackedRows {
  readonly repositoryId: number;
  /** Null: the rows count. */
  readonly excluded: string | null;
  readonly n: number;
  /** Of rows that are left out nothing but their number is read. */
  readonly samples: Samples;
}

interface Packed {
  readonly repository_id: number;
  readonly excluded: string | null;
  readonly n: number;
  readonly open: number;
  readonly at: Buffer | null;
  readonly value: Buffer | null;
  readonly counted: Buffer | null;
}

/** The rows of a metric, by repository and by why they do not count, without their details. */
export async function readPackedRows(trx: Trx, metric: Metric, scope: MetricScope): Promise<PackedRows[]> {
  const { rows } = await sql<Packed>`
    with scoped as materialized (${scopedRepositories(scope)})
    select m.repository_id, m.excluded, count(*)::integer as n, (count(*) filter (where m.open))::integer as open,
      string_agg(float8send(date_part('epoch', m.at)), '') filter (where m.excluded is null) as at,
      string_agg(float8send(coalesce(m.value, 'NaN')), '') filter (where m.excluded is null) as value,
      string_agg(case when m.counted then '\\x01'::bytea else '\\x00' end, '') filter (where m.excluded is null) as counted
    from (${metric.rows(scope)}) m
    group by m.repository_id, m.excluded`.execute(trx);
  return rows.map(({ repository_id, excluded, n, open, at, value, counted }) => ({
    repositoryId: repository_id,
    excluded,
    n,
    samples: { at: float64s(at), values: float64s(value), counted: counted ?? new Uint8Array(), open },
  }));
}

/** PostgreSQL sends the highest byte first. */
function float64s(packed: Buffer | null): Float64Array {
  if (packed === null) return new Float64Array();
  const bytes = new Uint8Array(packed);
  Buffer.from(bytes.buffer).swap64();
  return new Float64Array(bytes.buffer);
}

/** The rows that count, of all the repositories. */
export function samplesOf(rows: readonly PackedRows[]): Samples {
  const parts = rows.filter(({ excluded }) => excluded === null).map(({ samples }) => samples);
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const length = parts.reduce((sum, { at }) => sum + at.length, 0);
  const joined = { at: new Float64Array(length), values: new Float64Array(length), counted: new Uint8Array(length) };
  let [place, open] = [0, 0];
  for (const part of parts) {
    joined.at.set(part.at, place);
    joined.values.set(part.values, place);
    joined.counted.set(part.counted, place);
    place += part.at.length;
    open += part.open;
  }
  return { ...joined, open };
}
