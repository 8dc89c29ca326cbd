import { connectPool } from './connection.ts';

const LOCK_TIMEOUT_MS = 3_000;

/**
 * Sets the plan that a new tenant gets, whoever writes it: it is the column's default. Tenants that are there keep
 * theirs.
 * @param plan a name that is safe in SQL
 */
export async function setDefaultPlan(url: string, plan: string): Promise<void> {
  if (!/^[a-z]+$/.test(plan)) throw new TypeError(`not the name of a plan: ${plan}`);
  const pool = connectPool({ url, max: 1 });
  try {
    const { rows } = await pool.query<{ value: string }>(
      `select pg_get_expr(adbin, adrelid) as value from pg_attrdef join pg_attribute on attrelid = adrelid and attnum = adnum
       where adrelid = 'tenants'::regclass and attname = 'plan'`,
    );
    if (rows[0]?.value === `'${plan}'::text`) return;
    // Behind a long transaction it would hold up everybody who reads the list of tenants.
    await pool.query(`
      set lock_timeout = ${LOCK_TIMEOUT_MS};
      alter table tenants alter column plan set default '${plan}'`);
  } finally {
    await pool.end();
  }
}
