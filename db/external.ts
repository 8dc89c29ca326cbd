import pg from 'pg';
import { ConfigError } from './config-error.ts';

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
  missing: string[];
  ungranted: string[];
}

// The migrations make the roles where the login may. From 16 on, being a member is not enough to become the role,
// and the right to make roles is not enough to grant those that somebody else has made.
const question = `
  with login as (
    select rolname, rolsuper, rolcreaterole or rolsuper as creates,
      current_setting('server_version_num')::int as number
    from pg_roles where rolname = current_user
  ), wanted as (
    select name, oid from unnest(array['shiplog_app', 'shiplog_instance', 'shiplog_person']) name left join pg_roles on rolname = name
  )
  select current_setting('server_version') as version, number, rolname as login, creates as may_create_roles,
    has_schema_privilege('public', 'create') and has_database_privilege(current_database(), 'create')
      as may_create_tables,
    array(select name from wanted where oid is null) as missing,
    array(
      select name from wanted
      where oid is not null
        and not pg_has_role(current_user, oid, case when number >= 160000 then 'set' else 'member' end)
        and not pg_has_role(current_user, oid, 'member with admin option')
        and not (number < 160000 and creates)
    ) as ungranted
  from login`;

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
  const missing = may.may_create_roles ? [] : may.missing;
  const ungranted = [...missing, ...may.ungranted];
  if (ungranted.length > 0) {
    throw new ConfigError(
      `DATABASE_URL: ${login} lacks the roles that keep tenants apart. As an administrator of ${place}, run:\n` +
        missing.map(creation).join('') +
        `  grant ${ungranted.join(', ')} to ${pg.escapeIdentifier(login)};`,
    );
  }
}

/** A person's role has what the application's has, and policies that hide some of it. */
function creation(role: string): string {
  return `  create role ${role} nologin${role === 'shiplog_person' ? ' in role shiplog_app' : ''};\n`;
}

/** Node joins the failures of several addresses under an error without a message. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join(', ');
  return error instanceof Error ? error.message : String(error);
}
