import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What the server writes about itself into `postmaster.pid`. */
export interface Postmaster {
  pid: number;
  port: number;
  /** `ready` once it takes connections. */
  status: string;
}

export async function readPostmaster(directory: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid = '', , , port = '', , , , status = ''] = text.split('\n');
  if (!/^\d+$/.test(pid)) return undefined;
  return { pid: Number(pid), port: Number(port), status: status.trim() };
}

/** Whether the process is this directory's server, and not another one that got its number later. */
export async function isRunning(pid: number, directory: string): Promise<boolean> {
  const command = await readCommandLine(pid);
  return `${command} `.includes(`postgres -D ${directory} `);
}

/** Removes a `postmaster.pid` that names no server of this directory: PostgreSQL would take any living process for one. */
export async function removeForeignPid(directory: string): Promise<void> {
  const postmaster = await readPostmaster(directory);
  if (postmaster && (await isRunning(postmaster.pid, directory))) return;
  await rm(join(directory, 'postmaster.pid'), { force: true });
}

/** Readable by every user, also in a container, unlike a process's directory. */
async function readCommandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const args = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return args.replaceAll('\0', ' ');
  }
  return new Promise((resolve) => {
    execFile('ps', ['-ww', '-o', 'command=', '-p', String(pid)], (error, stdout) => resolve(error ? '' : stdout));
  });
}
