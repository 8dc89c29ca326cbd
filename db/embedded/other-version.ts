import { join } from 'node:path';
import { ConfigError } from '../config-error.ts';
import type { Cluster } from './cluster.ts';

/** PostgreSQL reads only the data of its own major version: tells how to bring it over. */
export function otherVersionError({ directory, binaries }: Cluster, found: number): ConfigError {
  const kept = `${directory}-${found}`;
  const server = '127.0.0.1:54320/shiplog';
  return new ConfigError(
    `The embedded database in ${directory} was made by PostgreSQL ${found}; this Shiplog runs PostgreSQL ${binaries.major}.
To move the data, install PostgreSQL ${found} and the client programs of ${binaries.major}, and run as the directory's owner:
  pg_ctl -w -D ${directory} -o "-p 54320 -c listen_addresses=127.0.0.1 -c unix_socket_directories=''" start
  pg_dump --format=custom --file=shiplog.dump postgres://postgres@${server}
  pg_ctl -w -D ${directory} stop
  mv ${directory} ${kept}
Start Shiplog, which makes an empty database, and while it runs:
  pg_restore --clean --if-exists --dbname=postgres://postgres@127.0.0.1:PORT/shiplog shiplog.dump
Then start Shiplog once more. PORT is the fourth line of ${join(directory, 'postmaster.pid')}.
The password of the user postgres is in shiplog-secrets.json, in ${kept} and in ${directory}.
Or leave the data where it is: after the first command, start Shiplog with
  DATABASE_URL=postgres://shiplog:PASSWORD@${server}, its password being in the same file.`,
  );
}
