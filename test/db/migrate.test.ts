import { expect, it } from 'vitest';
import { listPendingMigrations, migrateToLatest, migrateToNothing } from '../../db/migrate.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { query } from '../support/embedded-process.ts';

// Everything that a migration can make, in words that do not depend on the order of making.
const catalogue = `
  select 'table' as kind, relname as name,
    concat_ws(' ', relkind, relrowsecurity, relforcerowsecurity, relowner::regrole,
      (select string_agg(acl::text, ',' order by acl::text) from unnest(relacl) acl), obj_description(c.oid, 'pg_class'))
    as definition
  from pg_class c where relnamespace = 'public'::regnamespace
  union all
  select 'column', attrelid::regclass || '.' || attname,
    concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attstorage,
      pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
  from pg_attribute a join pg_class c on c.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') and attnum > 0 and not attisdropped
  union all
  select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
  union all
  select 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid)
  from pg_index join pg_class c on c.oid = indrelid where relnamespace = 'public'::regnamespace
  union all
  select 'policy', tablename || '.' || policyname, concat_ws(' ', permissive, roles::text, cmd, qual, with_check)
  from pg_policies where schemaname = 'public'
  union all
  select 'function', oid::regprocedure::text, pg_get_functiondef(oid)
  from pg_proc where pronamespace = 'public'::regnamespace and prokind <> 'a'
  union all
  select 'schema', nspname, (select string_agg(acl::text, ',' order by acl::text) from unnest(nspacl) acl)
  from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'
  order by kind, name`;

it('up, down and up again ends in the same schema', async () => {
  const { url } = await createEmptyDatabase();
  const before = await query(url, catalogue);

  const ran = await migrateToLatest(url);
  const once = await query(url, catalogue);
  expect(ran.length).toBeGreaterThan(0);
  expect(await listPendingMigrations(url)).toEqual([]);

  expect(await migrateToNothing(url)).toEqual(ran.toReversed());
  const emptied = await query(url, catalogue);
  expect(emptied.filter((row) => !JSON.stringify(row).includes('kysely_migration'))).toEqual(before);
  expect(await listPendingMigrations(url)).toEqual(ran);

  expect(await migrateToLatest(url)).toEqual(ran);
  expect(await query(url, catalogue)).toEqual(once);
});

it('runs no migration twice', async () => {
  const { url } = await createEmptyDatabase();
  await migrateToLatest(url);
  expect(await migrateToLatest(url)).toEqual([]);
});

it('runs each migration once when several processes start at the same moment', async () => {
  const { url } = await createEmptyDatabase();
  const ran = await Promise.all([migrateToLatest(url), migrateToLatest(url), migrateToLatest(url)]);
  const all = ran.flat();
  expect(all.length).toBeGreaterThan(0);
  expect(new Set(all).size).toBe(all.length);
});
