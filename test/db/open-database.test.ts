import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { migrateToLatest } from '../../db/migrate.ts';
import { openDatabase } from '../../db/open-database.ts';
import { ConfigError } from '../../src/errors.ts';
import { createEmptyDatabase } from '../support/database.ts';
import { makeDirectories, query } from '../support/embedded-process.ts';

const dataDir = '/nowhere/shiplog';

async function refusalOf(databaseUrl: string): Promise<string> {
  const error = await openDatabase({ databaseUrl, dataDir }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  return String(error);
}

/** A login that may make tables in the database, and no roles. */
async function createLogin({ superuserUrl }: { superuserUrl: string }, name: string): Promise<string> {
  await query(superuserUrl, `create role ${name} login password 'secret-word'`);
  const url = new URL(superuserUrl);
  url.username = name;
  url.password = 'secret-word';
  return url.href;
}

it('takes an external server as it is, and names it without the password', async () => {
  const { url } = await createEmptyDatabase();
  const opened = await openDatabase({ databaseUrl: url, dataDir });
  const { host, password, pathname } = new URL(url);
  expect(opened).toMatchObject({ url, kind: 'external', place: `${host}${pathname}` });
  expect(opened.place).not.toContain(password);
  expect(opened.version).toMatch(/^\d+\.\d+/);
  await opened.close();
  expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

it('says where it found no server', async () => {
  const refusal = await refusalOf('postgres://shiplog:secret-word@127.0.0.1:1/shiplog');
  expect(refusal).toContain('127.0.0.1:1/shiplog');
  expect(refusal).toContain('ECONNREFUSED');
  expect(refusal).not.toContain('secret-word');
});

it('says that the password is wrong, and not which it is', async () => {
  const url = new URL(inject('server').ownerUrl);
  url.password = 'secret-word';
  const refusal = await refusalOf(url.href);
  expect(refusal).toContain('password authentication failed');
  expect(refusal).not.toContain('secret-word');
});

it('says what to grant to a login that can not make the roles, and that is enough to migrate', async () => {
  const database = await createEmptyDatabase();
  const url = await createLogin(database, 'without_roles');
  const adviceOn = async () => sqlOf(await refusalOf(url));
  try {
    await query(database.superuserUrl, await adviceOn());
    await query(database.superuserUrl, await adviceOn());
    expect(await openDatabase({ databaseUrl: url, dataDir })).toMatchObject({ kind: 'external' });
    expect(await migrateToLatest(url)).not.toEqual([]);
  } finally {
    await query(database.superuserUrl, 'reassign owned by without_roles to shiplog; drop owned by without_roles');
    await query(database.superuserUrl, 'drop role without_roles');
  }
});

/** The statements of a message: its indented lines. */
function sqlOf(message: string): string {
  return message
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .join('\n');
}

it('says that the data directory can not be', async () => {
  const dataDir = join(import.meta.filename, 'data');
  await expect(openDatabase({ databaseUrl: undefined, dataDir })).rejects.toThrow(ConfigError);
});

it('opens the embedded database when there is no other', async () => {
  const directories = await makeDirectories();
  const opened = await openDatabase({ databaseUrl: undefined, dataDir: directories.dataDir });
  try {
    expect(opened.kind).toBe('embedded');
    expect(opened.place).toContain(directories.dataDir);
    expect(await query(opened.url, 'select current_database()::text as name')).toEqual([{ name: 'shiplog' }]);
  } finally {
    await opened.close();
    await directories.remove();
  }
});
