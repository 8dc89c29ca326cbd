import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findBinaries } from '../../db/embedded/binaries.ts';
import { openEmbedded } from '../../db/embedded/embedded-postgres.ts';
import { isRunning } from '../../db/embedded/postmaster.ts';
import { stopServer } from '../../db/embedded/server.ts';
import { findStagingDir } from '../../db/embedded/staging.ts';
import { ConfigError } from '../../src/errors.ts';
import { killUsers, makeDirectories, query, spawnUser, startUser, stop } from '../support/embedded-process.ts';

type Directories = Awaited<ReturnType<typeof makeDirectories>>;

describe('an embedded PostgreSQL', () => {
  let directories: Directories;
  let directory: string;
  let bystander: ChildProcess;
  const open = () => openEmbedded({ dataDir: directories.dataDir, stagingDirs: [directories.stagingDir] });

  beforeAll(async () => {
    directories = await makeDirectories();
    const use = await open();
    directory = use.directory;
    await query(use.url, 'create table notes (note text)');
    await use.close();
    // PostgreSQL minds processes of its own user only.
    const { uid, gid } = await stat(directory);
    bystander = spawn('sleep', ['600'], { uid, gid, cwd: '/', stdio: 'ignore' });
  });
  afterEach(async () => {
    killUsers();
    await stopServer({ directory, patienceMs: 5_000 });
  });
  afterAll(async () => {
    bystander.kill();
    await directories.remove();
  });

  it('belongs to an owner who is no superuser, and listens to this machine only', async () => {
    const use = await open();
    const [role] = await query(
      use.url,
      'select rolsuper, rolcreaterole, rolbypassrls from pg_roles where rolname = user',
    );
    const [server] = await query(
      use.superuserUrl,
      `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets`,
    );
    await use.close();
    expect(role).toEqual({ rolsuper: false, rolcreaterole: true, rolbypassrls: false });
    expect(server).toEqual({ addresses: '127.0.0.1', sockets: '' });
  });

  it('asks for the password', async () => {
    const use = await open();
    const url = new URL(use.url);
    url.password = 'guess';
    await expect(query(url.href, 'select 1')).rejects.toThrow('password authentication failed');
    await use.close();
    expect((await lstat(join(directory, 'shiplog-secrets.json'))).mode & 0o777).toBe(0o600);
  });

  it('writes a commit to the disk before it says so', async () => {
    const use = await open();
    const names = `'fsync', 'synchronous_commit', 'full_page_writes'`;
    const rows = await query(use.url, `select setting from pg_settings where name in (${names})`);
    await use.close();
    expect(rows).toEqual([{ setting: 'on' }, { setting: 'on' }, { setting: 'on' }]);
  });

  it('keeps its data over a stop and a start', async () => {
    const first = await open();
    await query(first.url, `insert into notes values ('kept')`);
    await first.close();
    const second = await open();
    const rows = await query(second.url, `select note from notes where note = 'kept'`);
    await second.close();
    expect(rows).toEqual([{ note: 'kept' }]);
    expect(second.steps).not.toHaveProperty('create');
  });

  it('ends with its last user, whoever started it', async () => {
    const first = await startUser(directories);
    const second = await startUser(directories);
    expect(second.pid).toBe(first.pid);
    expect(second.steps).not.toHaveProperty('start');
    await stop(first);
    expect(await isRunning(first.pid, directory)).toBe(true);
    await stop(second);
    expect(await isRunning(first.pid, directory)).toBe(false);
  });

  it('outlives the Ctrl-C that ends its user, until the user is done', async () => {
    const user = await startUser(directories);
    expect(await stop(user, 'SIGINT')).toBe(0);
    expect(await isRunning(user.pid, directory)).toBe(false);
  });

  it('is used again when its user was killed', async () => {
    const killed = await startUser(directories);
    await query(killed.url, `insert into notes values ('before kill')`);
    await stop(killed, 'SIGKILL');
    const next = await open();
    expect(next.pid).toBe(killed.pid);
    expect(await query(next.url, `select note from notes where note = 'before kill'`)).toHaveLength(1);
    await next.close();
    expect(await isRunning(killed.pid, directory)).toBe(false);
  });

  it('recovers what was committed when its user and itself were killed', async () => {
    const killed = await startUser(directories);
    await query(killed.url, `insert into notes values ('before crash')`);
    process.kill(killed.pid, 'SIGKILL');
    await stop(killed, 'SIGKILL');
    const next = await open();
    expect(next.pid).not.toBe(killed.pid);
    expect(await query(next.url, `select note from notes where note = 'before crash'`)).toHaveLength(1);
    await next.close();
  });

  it.each([
    ['the number of a process that is another', () => `${bystander.pid}\n${directory}\n1\n1\n\n\n\nready\n`],
    ['the number of no process', () => `4194304\n${directory}\n1\n1\n\n\n\nready\n`],
    ['garbage', () => 'garbage'],
    ['nothing', () => ''],
  ])('starts over a lock file with %s', async (_, content) => {
    await writeFile(join(directory, 'postmaster.pid'), content(), { mode: 0o644 });
    const use = await open();
    expect(await query(use.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await use.close();
  });

  it('is refused to a PostgreSQL of another major version, with the way out', async () => {
    const versionFile = join(directory, 'PG_VERSION');
    const version = await readFile(versionFile, 'utf8');
    await writeFile(versionFile, '15\n');
    const refusal = open().catch((error: unknown) => error);
    const error = await refusal;
    await writeFile(versionFile, version);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(`made by PostgreSQL 15; this Shiplog runs PostgreSQL ${version.trim()}`);
    expect(String(error)).toMatch(/pg_dump .*\n(.*\n)*.*pg_restore .*\n(.*\n)*.*DATABASE_URL=/);
  });
});

describe('a data directory', () => {
  let directories: Directories;
  const open = () => openEmbedded({ dataDir: directories.dataDir, stagingDirs: [directories.stagingDir] });

  beforeAll(async () => {
    directories = await makeDirectories();
  });
  afterEach(async () => {
    killUsers();
    await stopServer({ directory: join(directories.dataDir, 'postgres'), patienceMs: 5_000 });
    await rm(directories.dataDir, { recursive: true, force: true });
  });
  afterAll(() => directories.remove());

  it('is made once for programs that start at the same moment, and has one server', async () => {
    const users = await Promise.all([startUser(directories), startUser(directories), startUser(directories)]);
    const [{ pid, directory }] = users;
    expect(users.map((user) => user.pid)).toEqual([pid, pid, pid]);
    expect(users.filter((user) => 'create' in user.steps)).toHaveLength(1);
    expect(await Promise.all(users.map((user) => stop(user)))).toEqual([0, 0, 0]);
    expect(await isRunning(pid, directory)).toBe(false);
  });

  it('is made anew when the first start was killed on the way', async () => {
    const child = spawnUser(directories);
    while (!existsSync(join(directories.dataDir, 'postgres.new', 'PG_VERSION'))) await sleep(5);
    await stop({ child }, 'SIGKILL');
    const use = await open();
    expect(use.steps).toHaveProperty('create');
    expect(await query(use.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await use.close();
  });

  it('with other files in it is left alone', async () => {
    const directory = join(directories.dataDir, 'postgres');
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'letter.txt'), 'precious');
    await expect(open()).rejects.toThrow(ConfigError);
    expect(await readFile(join(directory, 'letter.txt'), 'utf8')).toBe('precious');
  });

  it('that was elsewhere and is gone is not replaced by an empty one', async () => {
    await mkdir(directories.dataDir);
    await symlink(join(directories.dataDir, 'gone'), join(directories.dataDir, 'postgres'));
    await expect(open()).rejects.toThrow(/is gone: .*Bring that directory back/);
  });

  it('needs binaries for the machine', () => {
    expect(() => findBinaries('plan9-mips')).toThrow(/no embedded PostgreSQL for plan9-mips .*set DATABASE_URL/);
  });
});

it('works in a directory that nobody else may enter, and never as root', async () => {
  const directories = await makeDirectories();
  try {
    const barred = join(dirname(directories.dataDir), 'barred');
    await mkdir(barred, { mode: 0o700 });
    const binaries = { ...findBinaries(), directory: join(barred, 'native') };
    await cp(findBinaries().directory, binaries.directory, { recursive: true, verbatimSymlinks: true });
    const options = { dataDir: join(barred, 'data'), stagingDirs: [directories.stagingDir], binaries };

    const first = await openEmbedded(options);
    await query(first.url, 'create table notes (note text)');
    await first.close();
    const second = await openEmbedded(options);
    expect(await query(second.url, 'select * from notes')).toEqual([]);
    await second.close();

    expect(await realpath(join(barred, 'data', 'postgres'))).toBe(first.directory);
    expect(second.directory).toBe(first.directory);
    // PostgreSQL runs only as the owner of its data.
    const { uid } = await stat(first.directory);
    expect(uid).toBe(first.uid ?? process.getuid?.());
    expect(uid).toBeGreaterThan(0);
  } finally {
    await directories.remove();
  }
});

it('stages no binaries where others could exchange them', async () => {
  const { dataDir, remove } = await makeDirectories();
  await mkdir(dataDir);
  await chmod(dataDir, 0o777);
  await expect(findStagingDir([dataDir], { uid: 65_534, gid: 65_534 })).rejects.toThrow(
    /reaches none of .*DATABASE_URL/,
  );
  await remove();
});
