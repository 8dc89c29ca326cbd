import type { InstallationClient } from '../github/github.ts';
import { readRepositoryFile, type RepositoryFile, type RepositoryName } from './repository-file.ts';

export type ReadFile = (
  github: InstallationClient,
  name: RepositoryName & { tenantId: number },
) => Promise<RepositoryFile>;

const MOST = 1_000;

/** Reads a repository's file at most once in a while: each of a burst of pull requests would ask for it. */
export function createReadFile({ keepMs }: { readonly keepMs: number }): ReadFile {
  const kept = new Map<string, { readonly until: number; readonly file: Promise<RepositoryFile> }>();
  return (github, { tenantId, ...name }) => {
    const key = `${tenantId} ${name.owner}/${name.repo}`;
    const known = kept.get(key);
    if (known && known.until > Date.now()) return known.file;
    const file = readRepositoryFile(github, name);
    kept.delete(key);
    kept.set(key, { until: Date.now() + keepMs, file });
    // What failed is asked again.
    file.catch(() => kept.delete(key));
    for (const oldest of kept.keys()) if (kept.size > MOST) kept.delete(oldest);
    return file;
  };
}
