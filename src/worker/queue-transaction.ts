import { Kysely, type PostgresClient, PostgresDialect, type PostgresPoolClient } from 'kysely';
import type { Db as QueueDb } from 'pg-boss';
import type { Trx } from '../../db/tenant.ts';
import type { DB } from '../../db/types.ts';

/** Kysely over the transaction in which the queue completes a job, so that our rows commit with it. */
export function overQueueTransaction(tx: QueueDb): Trx {
  const query: PostgresClient['query'] = (text: unknown, parameters?: readonly unknown[]) => {
    if (typeof text !== 'string') throw new TypeError('a queue transaction has no cursors');
    // pg-boss types the rows alone; what it returns is node-postgres' own result.
    return tx.executeSql(text, parameters && [...parameters]) as never;
  };
  const client = { query, release() {} } as PostgresPoolClient;
  const pool = { connect: async () => client, end: async () => {}, options: {} };
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}
