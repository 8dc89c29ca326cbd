import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { SuspendedError, UnexpectedResponseError } from '../errors.ts';
import type { GitHub, InstallationClient } from '../github/github.ts';
import type { SourceCommit, SourceRepository } from './commit-source.ts';
import { createGitHubCommitSource } from './github-commit-source.ts';
import { findInstallationId } from './next-page.ts';

interface Comparison {
  readonly tenantId: number;
  readonly repository: SourceRepository;
  readonly base: string;
  readonly head: string;
}

/** The commits that `head` has and `base` has not, page by page. */
export type Compare = (comparison: Comparison) => AsyncIterable<readonly SourceCommit[]>;

/**
 * Asks GitHub's compare API which commits these are, and GraphQL for their parents and line counts: so they come to the
 * rows that hydration writes. It throws what the client throws, and SuspendedError where nothing is installed.
 */
export function createCompare(db: Database, github: Pick<GitHub, 'installation'>): Compare {
  return async function* compare({ tenantId, repository, base, head }) {
    const installationId = await withTenant(db, tenantId, (trx) => findInstallationId(trx, tenantId));
    if (installationId === null) throw new SuspendedError('The account has no installation.');
    const client = github.installation({ tenantId, installationId }, { priority: 'history' });
    const source = createGitHubCommitSource(client);
    for await (const shas of comparePages(client, { repository, base, head })) {
      yield* source.commitDetails({ repository, shas });
    }
  };
}

const PAGE = 100;
const comparison = z.object({ total_commits: z.int(), commits: z.array(z.object({ sha: z.string() })) });

/** By page numbers: the answer says how many commits there are, and no `Link` header is promised. */
async function* comparePages(
  client: InstallationClient,
  { repository, base, head }: Omit<Comparison, 'tenantId'>,
): AsyncGenerator<readonly string[]> {
  const [owner, repo] = repository.fullName.split('/');
  for (let page = 1, seen = 0, total = 1; seen < total; page++) {
    const { commits, total_commits } = await client.rest({
      route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
      parameters: { owner, repo, basehead: `${base}...${head}`, per_page: PAGE, page },
      data: comparison,
    });
    total = total_commits;
    if (commits.length === 0 && seen < total) {
      throw new UnexpectedResponseError(`A comparison ended after ${seen} of ${total} commits.`);
    }
    seen += commits.length;
    yield commits.map(({ sha }) => sha);
  }
}
