import type { Database } from '../../../db/connection.ts';
import { withTenant } from '../../../db/tenant.ts';
import type { InstallationClient } from '../../github/github.ts';
import type { CheckedHead } from '../../queue.ts';
import type { ReadRepository } from '../read-repository.ts';
import type { RepositoryName } from '../repository-file.ts';
import type { FileRules } from './changed-files.ts';
import { readChangedFiles } from './read-changed-files.ts';
import { findReviewed, recordFiles } from './stored-files.ts';
import { unlessRefused } from './unless-refused.ts';

interface Reading {
  readonly db: Database;
  readonly read: ReadRepository;
  readonly place: RepositoryName;
}

/**
 * Brings the stored files of the open pull request of a head up to date.
 * @returns what its base branch says of files; null where that could not be read, or nothing is open
 */
export async function readFiles(
  github: InstallationClient,
  head: CheckedHead,
  { db, read, place: { owner, repo } }: Reading,
): Promise<FileRules | null> {
  const { tenantId } = head;
  const pull = await withTenant(db, tenantId, (trx) => findReviewed(trx, head));
  if (!pull) return null;
  const { number, base_ref: branch } = pull;
  const rules =
    branch === null ? null : await unlessRefused(() => read.rules(github, { tenantId, owner, repo, branch }));
  if (!pull.is_read) {
    const files = await unlessRefused(() => readChangedFiles(github, { owner, repo, number }));
    if (files) await withTenant(db, tenantId, (trx) => recordFiles(trx, { ...head, number }, { ...files, rules }));
  }
  return rules;
}
