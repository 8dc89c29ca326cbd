import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

// npm leaves packages for other platforms out of package-lock.json where the registry that it asked does not have
// them, and `npm ci` then refuses the lock file. This adds them, by what their names say of the platform.

const lockedPackage = z.looseObject({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lockFile = z.looseObject({ packages: z.record(z.string(), lockedPackage) });
type LockFile = z.output<typeof lockFile>;

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

const file = 'package-lock.json';
const lock = lockFile.parse(JSON.parse(readFileSync(file, 'utf8')));
const missing = listMissing(lock.packages);
if (process.argv.includes('--verify')) {
  if (missing.size > 0) {
    console.error(`${file} lacks ${[...missing.keys()].join(', ')}.\nRun: npm run lock`);
    process.exitCode = 1;
  }
} else {
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(missing) });
  lock.packages = Object.fromEntries(packages.toSorted(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.size} packages of other platforms added to ${file}.`);
}

function listMissing(packages: LockFile['packages']): Map<string, LockFile['packages'][string]> {
  const found: ReturnType<typeof listMissing> = new Map();
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(optionalDependencies)) {
      if (isLocked(packages, path, name)) continue;
      const version = range.replace(/^[\^~]/, '');
      found.set(`node_modules/${name}`, { version, ...(dev && { dev }), optional: true, ...platformOf(name) });
    }
  }
  return found;
}

/** As Node resolves it: beside the package, or in a node_modules further up. */
function isLocked(packages: object, from: string, name: string): boolean {
  for (let path = from; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('node_modules/')))) {
    if (`${path.replace(/\/$/, '')}/node_modules/${name}` in packages) return true;
  }
  return `node_modules/${name}` in packages;
}

function platformOf(name: string): object {
  const words = name.replace('windows', 'win32').split(/[-/]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  const musl = words.some((word) => word.startsWith('musl'));
  const libc = os.includes('linux') && musl ? { libc: ['musl'] } : {};
  return { ...(os.length > 0 && { os }), ...(cpu.length > 0 && { cpu }), ...libc };
}
