// Writes db/types.ts from what the migrations make. With --verify: fails when it would change.
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { openEmbedded } from '../db/embedded/embedded-postgres.ts';
import { migrateToLatest } from '../db/migrate.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'db', 'types.ts');
const generator = join(root, 'node_modules', 'kysely-codegen', 'dist', 'cli', 'bin.js');

const { values } = parseArgs({ options: { verify: { type: 'boolean', default: false } } });
const current = await readFile(path, 'utf8').catch(() => '');
const generated = await generateFromMigrations();
if (generated === current) {
  console.log('db/types.ts is in step with the migrations.');
} else if (values.verify) {
  console.error('db/types.ts is out of step with db/migrations: run `npm run row-types` and commit the result.');
  process.exitCode = 1;
} else {
  await writeFile(path, generated);
  console.log('db/types.ts is written.');
}

/** On an embedded PostgreSQL of its own, in a temporary directory. */
async function generateFromMigrations(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'shiplog-row-types-'));
  try {
    // As root, PostgreSQL's user has to get in.
    await chmod(directory, 0o711);
    const stagingDirs = [join(directory, 'staging')];
    const server = await openEmbedded({ dataDir: join(directory, 'data'), stagingDirs, settings: { fsync: 'off' } });
    try {
      await migrateToLatest(server.url);
      return await generate(server.url, join(directory, 'types.ts'));
    } finally {
      await server.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** In a process of its own: the generator leaves connections behind, which must be gone before the server stops. */
async function generate(url: string, outFile: string): Promise<string> {
  const options = {
    url,
    dialect: 'postgres',
    'default-schema': 'public',
    'exclude-pattern': 'kysely_*',
    'type-mapping': '{"int8":"number"}',
    'out-file': outFile,
    'log-level': 'silent',
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  await promisify(execFile)(process.execPath, [generator, ...args]);
  return readFile(outFile, 'utf8');
}
