/**
 * What a fact table is: its key, and groups of columns that one observation tells together.
 *
 * A group `observed` owns the columns `observed_at` and `observed_rank`. Whoever saw the source last wins a whole
 * group: first by `at`, the time at which the source saw it; then by `rank`, a mapper's word on which of two
 * sightings of one second is the later; then by content, so that any order of the same facts ends in the same row.
 * A column under `once` is set by the first sighting and never unset: deletions.
 */
export interface FactTable {
  readonly name: string;
  readonly key: Columns;
  readonly groups: Readonly<Record<string, Columns>>;
  readonly once?: Columns;
}

type BaseType = 'bigint' | 'integer' | 'text' | 'boolean' | 'timestamptz' | 'text[]' | 'jsonb';
/** A PostgreSQL type; with a `?` where the source may not know. */
export type ColumnType = BaseType | `${BaseType}?`;
export type Columns = Readonly<Record<string, ColumnType>>;

interface ValueOf {
  bigint: number;
  integer: number;
  text: string;
  boolean: boolean;
  /** ISO 8601 in UTC with milliseconds, so that strings compare as times do. */
  timestamptz: string;
  'text[]': readonly string[];
  jsonb: unknown;
}
type Value<T extends ColumnType> = T extends BaseType
  ? ValueOf[T]
  : T extends `${infer B extends BaseType}?`
    ? ValueOf[B] | null
    : never;
type Values<C extends Columns> = { readonly [K in keyof C]: Value<C[K]> };

/** When, and at equal times which later: 0 unless given, at most 15. */
interface Sighting {
  readonly at: string;
  readonly rank?: number;
}

type Groups<G extends Readonly<Record<string, Columns>>> = { readonly [K in keyof G]?: Sighting & Values<G[K]> };

/** The fact type of a table: its key, and any of its groups, each whole. */
export type FactOf<T extends FactTable> = Values<T['key']> &
  Groups<T['groups']> &
  (T['once'] extends Columns ? Partial<Values<T['once']>> : unknown);

export function baseType(type: ColumnType): BaseType {
  return type.replace('?', '') as BaseType;
}
