import { sql } from 'kysely';
import { z } from 'zod';
import type { Trx } from '../../db/tenant.ts';
import { repository, repositoryFact } from '../events/payload-repository.ts';
import { applyFacts } from '../facts/apply.ts';
import type { InstallationClient } from '../github/github.ts';
import { entities, type Page } from './entity.ts';
import type { SyncCursor } from './sync-cursor.ts';
import { wantFirstPasses } from './wanted-passes.ts';

const PER_PAGE = 100;

const response = z.object({ total_count: z.int().nonnegative(), repositories: z.array(repository) });

export interface RepositoryListPage extends Page {
  readonly repositoryIds: readonly number[];
}

/** A page of the repositories that the installation may see: what `installation.created` tells of them is optional. */
export async function readRepositoryList(
  github: InstallationClient,
  { cursor, startedAt }: { cursor: SyncCursor; startedAt: Date },
): Promise<RepositoryListPage> {
  const page = cursor.cursor === null ? 1 : Number(cursor.cursor);
  const listed = await github.rest({
    route: 'GET /installation/repositories',
    parameters: { per_page: PER_PAGE, page },
    data: response,
  });
  const { repositories, total_count: total } = listed;
  const at = (cursor.pass_started_at ?? startedAt).toISOString();
  return {
    facts: [
      {
        repositories: repositories.map((each) => ({ ...repositoryFact(each, 0), installed: { at, installed: true } })),
      },
    ],
    cursor: repositories.length < PER_PAGE ? null : String(page + 1),
    items: repositories.length,
    total,
    oldest: null,
    repositoryIds: repositories.map(({ id }) => id),
  };
}

/** What a page of the list entails, after its facts: passes over the repositories that are new. */
export async function followRepositoryList(
  trx: Trx,
  tenantId: number,
  { page, before, startedAt }: { page: RepositoryListPage; before: SyncCursor; startedAt: Date },
): Promise<void> {
  await wantFirstPasses(trx, { tenantId, repositoryIds: page.repositoryIds, entities });
  const whole = page.cursor === null && before.items + page.items === page.total;
  if (whole) await removeUnlisted(trx, tenantId, before.pass_started_at ?? startedAt);
}

/** Only after a list whose length is right: one that changed while it was read may have shown a repository on no page. */
async function removeUnlisted(trx: Trx, tenantId: number, startedAt: Date): Promise<void> {
  const { rows } = await sql<{ repository_id: number }>`
    select repository_id from repositories
    where tenant_id = ${tenantId} and installed and installed_at < ${startedAt}`.execute(trx);
  const installed = { at: startedAt.toISOString(), installed: false };
  await applyFacts(trx, tenantId, [{ repositories: rows.map(({ repository_id }) => ({ repository_id, installed })) }]);
}
