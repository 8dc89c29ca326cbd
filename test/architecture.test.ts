import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** From the top: a file may import from its own layer and from those below. */
const layers: readonly (readonly string[])[] = [
  ['src/main.ts', 'src/cli'],
  ['src/start.ts', 'src/app.ts', 'src/reactions', 'src/replay'],
  ['src/intake', 'src/worker', 'src/http'],
  ['src/events', 'src/sync', 'src/checks'],
  ['src/metrics', 'src/access', 'src/tenancy', 'src/github', 'src/reports'],
  ['src/facts'],
  [
    'db',
    'src/config.ts',
    'src/logging.ts',
    'src/encryption.ts',
    'src/errors.ts',
    'src/generated-secret.ts',
    'src/queue.ts',
    'src/operator-token.ts',
    'src/plans.ts',
    'src/private-key.ts',
    'src/resources.ts',
    'src/plain-text.ts',
    'src/secret.ts',
  ],
];

const sources = ['src', 'db'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file)),
);

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) =>
    normalize(join(dirname(file), match[1] ?? '')),
  );
}

function layerOf(file: string): number {
  return layers.findIndex((places) => places.some((place) => file === place || file.startsWith(place + sep)));
}

describe('the import graph', () => {
  it('has a layer for every source file', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.filter((file) => layerOf(file) === -1)).toEqual([]);
  });

  it('points down', () => {
    const upward = sources.flatMap((file) =>
      importsOf(file)
        .filter((target) => layerOf(target) !== -1 && layerOf(target) < layerOf(file))
        .map((target) => `${file} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('leaves db/ free of the application', () => {
    const files = sources.filter((file) => file.startsWith(`db${sep}`));
    expect(files.flatMap(importsOf).filter((target) => target.startsWith(`src${sep}`))).toEqual([]);
  });
});

describe('the configuration', () => {
  it('is described variable by variable in .env.example and in the README', () => {
    const read = [...readFileSync('src/config.ts', 'utf8').matchAll(/^ {2}([A-Z_]+):/gm)].map(
      (match) => match[1] ?? '',
    );
    expect(read.length).toBeGreaterThan(10);
    const example = readFileSync('.env.example', 'utf8');
    const readme = readFileSync('README.md', 'utf8');
    expect(read.filter((name) => !example.includes(`${name}=`))).toEqual([]);
    expect(read.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  it('is read from the environment in one place', () => {
    const readers = sources.filter((file) => /process\.env\b/.test(readFileSync(file, 'utf8')));
    // The command line takes GIT_* away from it; the embedded server's tools are started with its PATH;
    // git gets what it needs of it (proxies, certificates), and none of the secrets.
    expect(readers.toSorted()).toEqual([
      'db/embedded/account.ts',
      'src/cli/shiplog.ts',
      'src/config.ts',
      'src/sync/git-environment.ts',
    ]);
  });
});

describe('the README', () => {
  it('gives every dependency its reason', () => {
    const manifest: { dependencies: object; devDependencies: object } = JSON.parse(
      readFileSync('package.json', 'utf8'),
    );
    const readme = readFileSync('README.md', 'utf8');
    const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
