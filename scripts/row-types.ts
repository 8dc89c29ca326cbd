// Writes db/types.ts from what the migrations make. With --verify: fails when it would change.
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Cli } from 'kysely-codegen';
import { openEmbedded } from '../db/embedded/embedded-postgres.ts';
import { migrateToLatest } from '../db/migrate.ts';

const path = join(import.meta.dirname, '..', 'db', 'types.ts');

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
      return await generate(server.url);
    } finally {
      await server.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function generate(url: string): Promise<string> {
  return new Cli().generate({
    url,
    dialect: 'postgres',
    defaultSchemas: ['public'],
    excludePattern: 'kysely_*',
    typeMapping: { int8: 'number' },
    outFile: null,
    logLevel: 'silent',
  });
}
