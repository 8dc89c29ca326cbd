import pg from 'pg';
import { ConfigError } from '../src/errors.ts';

const LEAST_VERSION = 14;

export interface ExternalServer {
  /** Host, port and database. */
  place: string;
  version: string;
}

interface Answer {
  version: string;
  number: number;
  login: string;
  may_create_roles: boolean;
  may_create_tables: boolean;
  ungranted: string[];
}

// Roles of the migrations: made by the login itself where it may, by an administrator where not.
const question = `
  select current_setting('server_version') as version,
    current_setting('server_version_num')::int as number,
    current_user as login,
    (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) as may_create_roles,
    has_schema_privilege('public', 'create') and has_database_privilege(current_database(), 'create')
      as may_create_tables,
    array(
      select wanted from unnest(array['shiplog_app', 'shiplog_instance']) wanted
      left join pg_roles on rolname = wanted
      where oid is null or not pg_has_role(current_user, oid, 'member')
    ) as ungranted`;

/**
 * Asks the server of `DATABASE_URL` whether Shiplog can run on it.
 * @throws ConfigError that says what to change, never with the password
 */
export async function checkExternal(url: string): Promise<ExternalServer> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, application_name: 'shiplog' });
  const place = `${client.host}:${client.port}/${client.database ?? ''}`;
  // Without a listener a connection that breaks would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<Answer>(question);
    const [answer] = rows;
    if (!answer) throw new Error('no answer');
    check(answer, place);
    return { place, version: answer.version };
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError(`DATABASE_URL: ${place} can not be used: ${describe(cause)}`, { cause });
  } finally {
    await client.end().catch(() => {});
  }
}

function check({ version, number, login, ...may }: Answer, place: string): void {
  if (number < LEAST_VERSION * 10_000) {
    throw new ConfigError(
      `DATABASE_URL: ${place} runs PostgreSQL ${version}; Shiplog needs ${LEAST_VERSION} or newer.`,
    );
  }
  if (!may.may_create_tables) {
    throw new ConfigError(
      `DATABASE_URL: ${login} may not create tables and schemas in ${place}. As an administrator of that database, run:\n` +
        `  alter database ${pg.escapeIdentifier(place.slice(place.indexOf('/') + 1))} owner to ${pg.escapeIdentifier(login)};\n` +
        `  grant create on schema public to ${pg.escapeIdentifier(login)};`,
    );
  }
  if (may.ungranted.length > 0 && !may.may_create_roles) {
    throw new ConfigError(
      `DATABASE_URL: ${login} may not create the roles that keep tenants apart. As an administrator of ${place}, run:\n` +
        may.ungranted.map((role) => `  create role ${role} nologin; -- if it is not there\n`).join('') +
        `  grant ${may.ungranted.join(', ')} to ${pg.escapeIdentifier(login)};`,
    );
  }
}

/** Node joins the failures of several addresses under an error without a message. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error instanceof Error ? error.message : String(error);
}
