import type { Database } from '../../../db/connection.ts';
import { withTenant } from '../../../db/tenant.ts';
import type { GitHub } from '../../github/github.ts';
import { findInstallationId } from '../../sync/next-page.ts';
import type { FileRules } from './changed-files.ts';
import { listMissingFiles, type MissingFiles } from './missing-files.ts';
import { readChangedFiles } from './read-changed-files.ts';
import { readFileRules } from './read-file-rules.ts';
import { recordFiles } from './stored-files.ts';
import { unlessRefused } from './unless-refused.ts';

interface Reading {
  readonly db: Database;
  readonly github: Pick<GitHub, 'installation'>;
}

/** Nothing: asked once, and not again. */
const unknown = { files: [], complete: false, headSha: '', baseRef: '', rules: null };

/** Reads, with what history may use of the budget, files of merged pull requests, and what their branches say of files. */
export async function readMissingFiles({ db, github }: Reading, tenantId: number, signal: AbortSignal): Promise<void> {
  const { installationId, missing } = await withTenant(db, tenantId, async (trx) => ({
    missing: await listMissingFiles(trx, tenantId),
    installationId: await findInstallationId(trx, tenantId),
  }));
  if (installationId === null) return;
  const client = github.installation({ tenantId, installationId }, { priority: 'history' });
  const rules = new Map<string, FileRules | null>();
  for (const pull of missing) {
    if (signal.aborted) return;
    const read = await unlessRefused(() => readChangedFiles(client, pull));
    const branch = `${pull.repositoryId} ${pull.branch}`;
    if (!rules.has(branch)) rules.set(branch, await unlessRefused(() => readFileRules(client, pull)));
    await record(db, { tenantId, ...pull }, read ? { ...read, rules: rules.get(branch) ?? null } : unknown);
  }
}

function record(
  db: Database,
  place: MissingFiles & { readonly tenantId: number },
  read: Parameters<typeof recordFiles>[2],
): Promise<void> {
  return withTenant(db, place.tenantId, (trx) => recordFiles(trx, place, read));
}
