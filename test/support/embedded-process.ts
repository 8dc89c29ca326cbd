import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import pg from 'pg';
import { z } from 'zod';

const opened = z.object({
  url: z.string(),
  pid: z.number(),
  directory: z.string(),
  steps: z.record(z.string(), z.number()),
});

export interface EmbeddedProcess extends z.infer<typeof opened> {
  child: ChildProcess;
}

export interface Directories {
  dataDir: string;
  stagingDir: string;
}

/** Temporary directories that PostgreSQL's user may enter, also as root. */
export async function makeDirectories(): Promise<Directories & { remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'shiplog-embedded-'));
  await chmod(root, 0o711);
  return {
    dataDir: join(root, 'data'),
    stagingDir: join(root, 'staging'),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

const children = new Set<ChildProcess>();

/** Ends the programs that a failed test left behind. */
export function killUsers(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Runs a program, in a process group of its own, that uses the embedded PostgreSQL until it is told to stop. */
export function spawnUser({ dataDir, stagingDir }: Directories): ChildProcess {
  const program = join(import.meta.dirname, 'embedded-user.ts');
  const child = spawn(process.execPath, [program, dataDir, stagingDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** The same, once it has opened the database. */
export async function startUser(directories: Directories): Promise<EmbeddedProcess> {
  const child = spawnUser(directories);
  if (!child.stdout) throw new Error('no output to read');
  for await (const line of createInterface(child.stdout)) return { child, ...opened.parse(JSON.parse(line)) };
  throw new Error('the program ended without having opened the database');
}

/** Ends the program, with its whole group as Ctrl-C does. @returns its exit code */
export async function stop({ child }: { child: ChildProcess }, signal: NodeJS.Signals = 'SIGTERM'): Promise<unknown> {
  const exited = once(child, 'exit');
  if (child.pid === undefined) throw new Error('it does not run');
  process.kill(-child.pid, signal);
  const [code] = await exited;
  return code;
}

export async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>({ text });
    return rows;
  } finally {
    await client.end();
  }
}
