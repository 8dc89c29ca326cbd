import { z } from 'zod';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { query } from '../support/embedded-process.ts';
import { listTables, NOT_TENANTS } from '../support/tenant-tables.ts';

const tableRow = z.looseObject({ table: z.string() });
const privilegesRow = z.object({ privileges: z.record(z.string(), z.array(z.string())) });

const { url } = await createTestDatabase();
const tables = await listTables(url);
const tenantTables = tables.filter((table) => !NOT_TENANTS.has(table));

describe.each(tenantTables)('%s', (table) => {
  it('has the tenant first in its primary key, unique indexes and foreign keys', async () => {
    const keys = await query(
      url,
      `select conname as name, attname as first, contype = 'p' as primary
       from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
       where conrelid = '${table}'::regclass and contype in ('p', 'u', 'f', 'x')
       union all
       select indexrelid::regclass::text, attname, false
       from pg_index left join pg_attribute on attrelid = indrelid and attnum = indkey[0]
       where indrelid = '${table}'::regclass and (indisunique or indisexclusion)`,
    );
    expect(keys).toContainEqual(expect.objectContaining({ primary: true }));
    for (const key of keys) expect(key).toMatchObject({ first: 'tenant_id' });
  });

  it('keeps tenants apart by a forced policy, and by no other', async () => {
    const [flags] = await query(
      url,
      `select relrowsecurity as enabled, relforcerowsecurity as forced from pg_class where oid = '${table}'::regclass`,
    );
    expect(flags).toEqual({ enabled: true, forced: true });
    const policies = await query(
      url,
      `select roles::text[] as roles, cmd, qual, coalesce(with_check, qual) as with_check from pg_policies
       where schemaname = 'public' and tablename = '${table}' and roles && array['public', 'shiplog_app']::name[]`,
    );
    const ownRows = `(tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint)`;
    expect(policies).toEqual([{ roles: ['shiplog_app'], cmd: 'ALL', qual: ownRows, with_check: ownRows }]);
  });

  it('names the tenant in a column that is never null', async () => {
    const columns = await query(
      url,
      `select format_type(atttypid, null) as type, attnotnull as not_null from pg_attribute
       where attrelid = '${table}'::regclass and attname = 'tenant_id'`,
    );
    expect(columns).toEqual([{ type: 'bigint', not_null: true }]);
  });
});

describe('what is of a repository', () => {
  it('is hidden from a person who may not read it, in every table', async () => {
    const rows = await query(
      url,
      `select relname as table,
         (select json_agg(json_build_object('permissive', permissive, 'roles', roles, 'cmd', cmd)) from pg_policies
          where schemaname = 'public' and tablename = relname and 'shiplog_person' = any(roles)) as policies
       from pg_class c join pg_attribute a on attrelid = c.oid
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attname = 'repository_id'
         and not attisdropped order by relname`,
    );
    const ofTenants = rows.map((row) => tableRow.parse(row)).filter(({ table }) => tenantTables.includes(table));
    expect(ofTenants.length).toBeGreaterThan(30);
    for (const row of ofTenants) {
      expect(row).toMatchObject({ policies: [{ permissive: 'RESTRICTIVE', roles: ['shiplog_person'], cmd: 'ALL' }] });
    }
  });

  it('names it in a column that is never null', async () => {
    const rows = await query(
      url,
      `select relname as table from pg_class c join pg_attribute a on attrelid = c.oid
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and attname = 'repository_id'
         and not attnotnull`,
    );
    expect(rows.map((row) => tableRow.parse(row).table).filter((table) => tenantTables.includes(table))).toEqual([]);
  });
});

describe('the roles', () => {
  it('can not log in, bypass row security, make roles or databases, or own anything', async () => {
    const roles = await query(
      url,
      `select rolname, rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as powerful,
         exists (select from pg_shdepend where refobjid = r.oid and deptype = 'o') as owning,
         array(select roleid::regrole::text from pg_auth_members where member = r.oid) as member_of
       from pg_roles r where rolname in ('shiplog_app', 'shiplog_instance', 'shiplog_person') order by rolname`,
    );
    const weak = { powerful: false, owning: false, member_of: [] };
    expect(roles).toEqual([
      { rolname: 'shiplog_app', ...weak },
      { rolname: 'shiplog_instance', ...weak },
      // All that it sees goes through the policies of that role, and its own on top.
      { rolname: 'shiplog_person', ...weak, member_of: ['shiplog_app'] },
    ]);
  });

  it('of the instance reads the list of tenants, works on deliveries and turns, and touches no other table', async () => {
    expect(await listPrivileges('shiplog_instance')).toEqual({
      // For pruning, the purge and the erasure of a person: their policies let them see one tenant's rows.
      audit_chains: ['DELETE', 'SELECT', 'UPDATE'],
      audit_log: ['DELETE', 'SELECT', 'UPDATE'],
      deliveries: ['DELETE', 'INSERT', 'SELECT', 'UPDATE'],
      encryption_keys: ['DELETE', 'INSERT', 'SELECT'],
      hook_delivery_scans: ['DELETE', 'INSERT', 'SELECT', 'UPDATE'],
      lost_deliveries: ['DELETE', 'INSERT', 'SELECT', 'UPDATE'],
      // Where one person whom it names is a member, as a policy says.
      members: ['SELECT'],
      purges: ['DELETE', 'INSERT', 'SELECT', 'UPDATE'],
      served_domains: ['DELETE', 'INSERT', 'SELECT', 'UPDATE'],
      sessions: ['DELETE', 'INSERT', 'SELECT', 'UPDATE'],
      sync_turns: ['DELETE', 'INSERT', 'SELECT', 'UPDATE'],
      tenants: ['SELECT'],
    });
  });

  it('of a tenant touches the tables of tenants only, and can not empty them past their policies', async () => {
    const privileges = await listPrivileges('shiplog_app');
    expect(Object.keys(privileges).toSorted()).toEqual(tenantTables.toSorted());
    for (const table of tenantTables) {
      expect(['DELETE', 'INSERT', 'SELECT', 'UPDATE']).toEqual(expect.arrayContaining(privileges[table] ?? []));
    }
  });
});

async function listPrivileges(role: string): Promise<Record<string, string[]>> {
  const kinds = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];
  const [row] = await query(
    url,
    `select coalesce(json_object_agg(relname, kinds), '{}') as privileges from (
       select relname, array_agg(kind order by kind) as kinds
       from pg_class cross join unnest(array['${kinds.join("','")}']) kind
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
         and (has_table_privilege('${role}', oid, kind)
           or (kind in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') and has_any_column_privilege('${role}', oid, kind)))
       group by relname) held`,
  );
  return privilegesRow.parse(row).privileges;
}
