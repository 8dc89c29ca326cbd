import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import type { DerivedTable } from './differences.ts';

/** What some rows of a table have to be. */
interface WantedRows {
  readonly table: DerivedTable;
  /** Beside the tenant and the repository. */
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** A select of the key and the columns. */
  readonly wanted: RawBuilder<unknown>;
  /** Which of the rows that are stored these are all of. */
  readonly among: RawBuilder<unknown>;
  /** What to tell of those that differ, by their keys, in one row. */
  readonly telling: RawBuilder<unknown>;
}

/**
 * Makes the rows of a table what they have to be, and writes none that is so already: it would be a dead row, and one in
 * each index. Whoever computes all of a repository learns so how many were wrong.
 */
export async function writeDifferences<Told>(trx: Trx, place: Place, rows: WantedRows): Promise<Told> {
  const { tenantId, repositoryId } = place;
  const { table, key, columns, wanted, among, telling } = rows;
  const stored = sql.table(table);
  const written = list([...key, ...columns], (name) => sql.ref(name));
  const keyOfBoth = list(key, (name) => sql`coalesce(${of('w', name)}, ${of('o', name)}) as ${sql.ref(name)}`);
  const { rows: told } = await sql<Told>`
    with different as materialized (
      select ${keyOfBoth}, w.is_wanted is not null as is_wanted,
        o.is_stored is not null as is_stored${each(columns, (name) => sql`, ${of('w', name)}`)}
      from (select ${written}, true as is_wanted from (${wanted}) w) w
      full join (
        select ${written}, true as is_stored from ${stored}
        where tenant_id = ${tenantId} and repository_id = ${repositoryId} and ${among}
      ) o on ${isSame(key, ['w', 'o'])}
      where w.is_wanted is null or o.is_stored is null${each(
        columns,
        (name) => sql` or ${of('w', name)} is distinct from ${of('o', name)}`,
      )}
    ), gone as (
      delete from ${stored} o using different d
      where o.tenant_id = ${tenantId} and o.repository_id = ${repositoryId} and not d.is_wanted
        and ${isSame(key, ['o', 'd'])}
    ), added as (
      insert into ${stored} (tenant_id, repository_id, ${written})
      select ${tenantId}::bigint, ${repositoryId}::bigint, ${written} from different
      where is_wanted and not is_stored order by ${list(key, (name) => sql.ref(name))}
    )${overwritten(rows, place)}
    select ${telling} from different`.execute(trx);
  const [one] = told;
  if (!one) throw new Error('an aggregate has one row');
  return one;
}

/** Apart from what is added: an insert that looks for conflicts takes a quarter longer. */
function overwritten({ table, key, columns }: WantedRows, { tenantId, repositoryId }: Place): RawBuilder<unknown> {
  if (columns.length === 0) return sql``;
  return sql`, overwritten as (
      update ${sql.table(table)} o set ${list(columns, (name) => sql`${sql.ref(name)} = ${of('d', name)}`)}
      from different d
      where o.tenant_id = ${tenantId} and o.repository_id = ${repositoryId} and d.is_wanted and d.is_stored
        and ${isSame(key, ['o', 'd'])}
    )`;
}

type Write = (name: string) => RawBuilder<unknown>;

function list(names: readonly string[], write: Write): RawBuilder<unknown> {
  return sql.join(names.map(write));
}

function each(names: readonly string[], write: Write): RawBuilder<unknown> {
  return sql.join(names.map(write), sql``);
}

function of(table: string, name: string): RawBuilder<unknown> {
  return sql.ref(`${table}.${name}`);
}

function isSame(key: readonly string[], [one, other]: readonly [string, string]): RawBuilder<unknown> {
  return sql.join(
    key.map((name) => sql`${of(one, name)} = ${of(other, name)}`),
    sql` and `,
  );
}
