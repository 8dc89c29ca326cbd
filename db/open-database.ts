import { openEmbedded } from './embedded/embedded-postgres.ts';
import { checkExternal } from './external.ts';

export interface OpenDatabase {
  /** As the role that owns the database. */
  url: string;
  kind: 'embedded' | 'external';
  /** Where the data is, for people; without a password. */
  place: string;
  /** PostgreSQL's, as it names it. */
  version: string;
  /** Ends the use of the database; the embedded server ends with its last user. */
  close: () => Promise<void>;
}

export interface OpenDatabaseOptions {
  /** Unset: embedded. */
  databaseUrl: string | undefined;
  dataDir: string;
}

/**
 * Sees to it that there is a PostgreSQL that fits: the external one, or an embedded one under `dataDir`.
 * @throws ConfigError that says what to change
 */
export async function openDatabase({ databaseUrl, dataDir }: OpenDatabaseOptions): Promise<OpenDatabase> {
  if (databaseUrl)
    return { url: databaseUrl, kind: 'external', ...(await checkExternal(databaseUrl)), close: async () => {} };
  const { url, directory, uid, version, close } = await openEmbedded({ dataDir });
  const place = uid === undefined ? directory : `${directory} (as user ${uid})`;
  return { url, kind: 'embedded', place, version, close };
}
