import { type SpawnOptions, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';

/** The user that PostgreSQL runs as. */
export interface Account {
  uid: number;
  gid: number;
}

// What Linux and macOS call nobody when the user database does not.
const NOBODY: Account = { uid: 65_534, gid: 65_534 };

/**
 * PostgreSQL refuses to run as root, so root runs it as the owner of the data that is there, or else as nobody.
 * @returns undefined when it can run as the user that this process has
 */
export async function chooseAccount(dataDirectory: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(dataDirectory).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return findNobody();
}

function findNobody(): Account {
  try {
    const line = readFileSync('/etc/passwd', 'utf8').match(/^nobody:[^:]*:(\d+):(\d+):/m);
    return line ? { uid: Number(line[1]), gid: Number(line[2]) } : NOBODY;
  } catch {
    return NOBODY;
  }
}

/** A small environment of its own: PostgreSQL reads many variables, and `/` is a directory that anybody may be in. */
export function spawnOptions(account: Account | undefined): SpawnOptions {
  const { PATH = '/usr/bin:/bin' } = process.env;
  return { cwd: '/', env: { PATH, TZ: 'UTC', LC_ALL: 'C' }, ...account };
}

export interface Command {
  file: string;
  args: string[];
  account: Account | undefined;
  input?: string;
}

/** Runs a command to its end. @throws Error with what it wrote when it fails */
export function runCommand({ file, args, account, input = '' }: Command): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...spawnOptions(account), stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${file} ended with ${signal ?? code}: ${output.trim()}`));
    });
  });
}

/** Whether the account may enter the directory, with every directory above it. */
export function mayEnter(account: Account | undefined, directory: string): Promise<boolean> {
  return succeeds({ file: '/bin/sh', args: ['-c', 'cd -- "$1"', 'sh', directory], account });
}

export function mayRun(account: Account | undefined, file: string): Promise<boolean> {
  return succeeds({ file, args: ['--version'], account });
}

function succeeds(command: Command): Promise<boolean> {
  return runCommand(command).then(
    () => true,
    () => false,
  );
}
