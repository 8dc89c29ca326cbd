import { listPendingMigrations } from '../../db/migrate.ts';
import { type OpenDatabase, openDatabase } from '../../db/open-database.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';

/**
 * The database of a Shiplog that has run, which may run or not.
 * @throws ConfigError when none of this version has
 */
export async function openStoredData({ databaseUrl, dataDir }: Config): Promise<OpenDatabase> {
  const database = await openDatabase({ databaseUrl, dataDir });
  const pending = await listPendingMigrations(database.url);
  if (pending.length === 0) return database;
  await database.close();
  throw new ConfigError(
    `The database, ${database.place}, is new or of another version. Start Shiplog once: npm start. SHIPLOG_DATA_DIR or DATABASE_URL say where the data is.`,
  );
}
