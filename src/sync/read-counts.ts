import { ForbiddenError, IncompleteResponseError, NotFoundError } from '../errors.ts';
import { type RepositoryCounts, repositoryCountsDocument } from '../github/documents/repository-counts.ts';
import type { InstallationClient } from '../github/github.ts';

/** What the installation may do, by the name of the permission; null: not known, so that everything is asked for. */
export type Permissions = Readonly<Record<string, string>> | null;

/** GitHub's totals of repositories, by their global ids. One that can not be read, or is gone by now, is left out. */
export async function readCounts(
  github: InstallationClient,
  ids: readonly string[],
  permissions: Permissions,
): Promise<readonly RepositoryCounts[]> {
  const may = (permission: string) => permissions === null || permission in permissions;
  try {
    const { nodes } = await github.graphql(repositoryCountsDocument, {
      ids,
      contents: may('contents'),
      pullRequests: may('pull_requests'),
      issues: may('issues'),
      deployments: may('deployments'),
    });
    return nodes;
  } catch (error) {
    // One of them spoils the answer of all.
    if (!isOfOne(error)) throw error;
    if (ids.length === 1) return [];
    const half = Math.ceil(ids.length / 2);
    return [
      ...(await readCounts(github, ids.slice(0, half), permissions)),
      ...(await readCounts(github, ids.slice(half), permissions)),
    ];
  }
}

function isOfOne(error: unknown): boolean {
  return [NotFoundError, ForbiddenError, IncompleteResponseError].some((kind) => error instanceof kind);
}
