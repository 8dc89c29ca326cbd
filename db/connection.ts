import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { DB } from './types.ts';

export type Database = Kysely<DB>;

// GitHub's ids and our counts stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export interface ConnectOptions {
  url: string;
  /** Most connections at once; 10 unless given. */
  max?: number;
  /** The role that statements run as: the connection's own one for migrations and the queue. */
  role?: 'shiplog_instance';
}

/** A pool of connections. Statements on tenants' data go through `withTenant`. */
export function connectPool({ url, max = 10, role }: ConnectOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'shiplog',
    connectionTimeoutMillis: 5_000,
    ...(role && { options: `-c role=${role}` }),
  });
  // A connection that breaks is replaced at the next checkout, and a statement on it rejects; unheard, its error, idle
  // or checked out, would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** The application's connections: by default they see deliveries and the list of tenants, and no tenant's data. */
export function connect(options: Omit<ConnectOptions, 'role'>): Database {
  return overPool(connectPool({ ...options, role: 'shiplog_instance' }));
}

function overPool(pool: pg.Pool): Database {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}
