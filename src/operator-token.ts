import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from './errors.ts';

export interface OperatorToken {
  readonly token: string;
  /** The file that holds it; undefined when it comes from the environment. */
  readonly file?: string;
}

/** Reads the instance operator's token from the data directory, or makes one on the first start. */
export async function ensureOperatorToken(dataDir: string): Promise<OperatorToken> {
  const file = join(dataDir, 'operator-token');
  await mkdir(dataDir, { recursive: true });
  await createOnce(file, `${randomBytes(32).toString('base64url')}\n`);
  const token = (await readFile(file, 'utf8')).trim();
  if (token.length < 16) {
    throw new ConfigError(`${file} holds no token. Delete it to get a new one, or set SHIPLOG_OPERATOR_TOKEN.`);
  }
  return { token, file };
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
