import { tmpdir } from 'node:os';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { SuspendedError } from '../errors.ts';
import type { GitHub } from '../github/github.ts';
import { findGitLine } from './git-process.ts';
import { findInstallationId } from './next-page.ts';

interface PatchOf {
  readonly tenantId: number;
  /** As `owner/name`. */
  readonly fullName: string;
  readonly sha: string;
}

/** The id of a commit's patch, which it keeps where it is rebased; undefined where the text does not tell. */
export type ReadPatchId = (commit: PatchOf) => Promise<string | undefined>;

/**
 * Asks GitHub for the commit's diff, and git for its id.
 * It throws what the client throws, SuspendedError where nothing is installed, and ConfigError where there is no git.
 */
export function createReadPatchId(db: Database, github: Pick<GitHub, 'installation'>): ReadPatchId {
  return async ({ tenantId, fullName, sha }) => {
    const installationId = await withTenant(db, tenantId, (trx) => findInstallationId(trx, tenantId));
    if (installationId === null) throw new SuspendedError('The account has no installation.');
    const [owner, repo] = fullName.split('/');
    const diff = await github.installation({ tenantId, installationId }, { priority: 'history' }).rest({
      route: 'GET /repos/{owner}/{repo}/commits/{ref}',
      parameters: { owner, repo, ref: sha, mediaType: { format: 'diff' } },
      data: z.string(),
    });
    return patchIdOf(diff);
  };
}

/** Of a binary file a diff has no content: two of them with the same name would look the same. */
async function patchIdOf(diff: string): Promise<string | undefined> {
  if (/^Binary files /m.test(diff)) return undefined;
  const line = await findGitLine({ path: tmpdir(), args: ['patch-id', '--stable'], lines: [diff] });
  return line?.split(' ')[0];
}
