import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { type EmbeddedPostgres, openEmbedded } from '../../db/embedded/embedded-postgres.ts';
import { migrateToLatest } from '../../db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The run's server: as its superuser, and as the role that owns databases and is none. */
    server: { superuserUrl: string; ownerUrl: string };
  }
}

/** The migrated database that each test database is a copy of. */
const TEMPLATE = 'shiplog_template';

// Nothing of the run is worth a write to the disk.
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

/** One PostgreSQL for the whole run, gone with it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'shiplog-test-'));
  let server: EmbeddedPostgres | undefined;
  let endGuard: (() => void) | undefined;
  async function tearDown(): Promise<void> {
    await server?.close();
    await rm(directory, { recursive: true, force: true });
    endGuard?.();
  }
  try {
    // As root, PostgreSQL's user has to get in.
    await chmod(directory, 0o711);
    const stagingDirs = [join(directory, 'staging')];
    server = await openEmbedded({ dataDir: join(directory, 'data'), stagingDirs, settings });
    endGuard = guard({ pid: server.pid, directory });
    await createTemplate({ superuserUrl: server.superuserUrl, ownerUrl: server.url });
    project.provide('server', { superuserUrl: server.superuserUrl, ownerUrl: server.url });
    return tearDown;
  } catch (error) {
    await tearDown();
    throw error;
  }
}

async function createTemplate({ superuserUrl, ownerUrl }: { superuserUrl: string; ownerUrl: string }): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`create database ${TEMPLATE} owner shiplog strategy file_copy`);
  await client.end();
  const url = new URL(ownerUrl);
  url.pathname = `/${TEMPLATE}`;
  await migrateToLatest(url.href);
}

/** Clears up when this process is killed: its end closes the pipe that the guard waits on. */
function guard({ pid, directory }: { pid: number; directory: string }): () => void {
  const script = 'cat; kill -QUIT "$1"; sleep 1; rm -rf -- "$2"';
  const child = spawn('sh', ['-c', script, 'sh', String(pid), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  return () => {
    if (child.pid) process.kill(-child.pid, 'SIGKILL');
  };
}
