import { CompiledQuery, type DatabaseConnection, type Driver, Kysely, PostgresDialect } from 'kysely';
import { connectPool, type Database } from '../../db/connection.ts';
import type { DB } from '../../db/types.ts';

/** `tenant_id = $1`, with whatever stands before and behind it. */
const PREDICATE = /(?:\w+\.|"\w+"\.)?"?tenant_id"? = (\$\d+)(?:::bigint)?/g;

interface Forgetting {
  /** Forgets the roles, too: nothing but the predicates held the tenants apart then. */
  readonly roles: boolean;
}

/** A database whose statements have lost their tenant: what a query forgets, row-level security alone can hold. */
export function connectForgetful(url: string, { roles }: Forgetting): { db: Database; forgotten: () => number } {
  let forgotten = 0;
  let isInTenant = false;
  const forget = (query: CompiledQuery): CompiledQuery => {
    if (/set local role shiplog_(?:app|person)/.test(query.sql)) isInTenant = true;
    else if (/^(?:begin|commit|rollback)$|set local role shiplog_instance/.test(query.sql)) isInTenant = false;
    if (roles && /set local role/.test(query.sql)) return CompiledQuery.raw('select 1');
    // Outside, it is asked whose a request is: that is not the tenant's data.
    if (!isInTenant || !/^\s*(?:select|with)\b/i.test(query.sql)) return query;
    const sql = query.sql.replaceAll(PREDICATE, (_, parameter: string) => {
      forgotten += 1;
      // The parameter stays: a statement must use those that it is given.
      return `${parameter}::bigint is not null`;
    });
    return { ...query, sql };
  };
  // One connection, so that one flag says where it is.
  const dialect = new ForgetfulDialect({
    pool: connectPool({ url, max: 1, ...(!roles && { role: 'shiplog_instance' }) }),
  });
  dialect.rewrite = forget;
  return { db: new Kysely<DB>({ dialect }), forgotten: () => forgotten };
}

class ForgetfulDialect extends PostgresDialect {
  rewrite = (query: CompiledQuery): CompiledQuery => query;

  override createDriver(): Driver {
    const driver = super.createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    driver.acquireConnection = async (options) => this.#forget(await acquire(options));
    return driver;
  }

  readonly #known = new WeakSet<DatabaseConnection>();

  #forget(connection: DatabaseConnection): DatabaseConnection {
    if (this.#known.has(connection)) return connection;
    this.#known.add(connection);
    const execute = connection.executeQuery.bind(connection);
    connection.executeQuery = (query, options) => execute(this.rewrite(query), options);
    return connection;
  }
}
