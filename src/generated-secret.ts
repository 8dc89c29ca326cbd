import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Reads a secret from a file of the data directory, or makes it: 256 bits, for the owner of the file alone. */
export async function ensureSecret(dataDir: string, name: string): Promise<{ secret: string; file: string }> {
  const file = join(dataDir, name);
  await mkdir(dataDir, { recursive: true });
  await createOnce(file, `${randomBytes(32).toString('base64url')}\n`);
  return { secret: (await readFile(file, 'utf8')).trim(), file };
}

/** Two first starts at once agree on one content: the file appears whole, and only where there is none. */
async function createOnce(file: string, content: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (err) {
    if (!(err instanceof Error && 'code' in err && err.code === 'EEXIST')) throw err;
  } finally {
    await rm(draft);
  }
}
