import type { InstallationClient } from '../github/github.ts';
import type { FileRules } from './files/changed-files.ts';
import { readFileRules } from './files/read-file-rules.ts';
import { createKept } from './kept.ts';
import { readRepositoryFile, type RepositoryFile, type RepositoryName } from './repository-file.ts';

type Place = RepositoryName & { readonly tenantId: number };

/** What check runs read of a repository, each at most once in a while. */
export interface ReadRepository {
  /** Its `.github/shiplog.yml`. */
  settings(github: InstallationClient, place: Place): Promise<RepositoryFile>;
  /** What a branch says of its files. */
  rules(github: InstallationClient, place: Place & { readonly branch: string }): Promise<FileRules>;
}

export function createReadRepository(options: { readonly keepMs: number }): ReadRepository {
  const files = createKept<RepositoryFile>(options);
  const rules = createKept<FileRules>(options);
  return {
    settings: (github, { tenantId, owner, repo }) =>
      files(`${tenantId} ${owner}/${repo}`, () => readRepositoryFile(github, { owner, repo })),
    rules: (github, { tenantId, owner, repo, branch }) =>
      rules(`${tenantId} ${owner}/${repo} ${branch}`, () => readFileRules(github, { owner, repo, branch })),
  };
}
