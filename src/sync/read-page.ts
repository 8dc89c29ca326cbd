import type { GitHub, InstallationClient, InstallationRef } from '../github/github.ts';
import { countRequests } from './counted-client.ts';
import type { Entity, Page } from './entity.ts';
import type { NextPage } from './next-page.ts';
import { readRepositoryList, type RepositoryListPage } from './repository-list.ts';
import { REPOSITORY_LIST } from './sync-cursor.ts';

/** What came of asking GitHub: a page or an error, and what it cost. */
export interface PageOutcome {
  readonly page?: Page;
  /** With the list of repositories, which entails more. */
  readonly listed?: RepositoryListPage;
  readonly error?: unknown;
  readonly requests: number;
  readonly workedMs: number;
}

export interface PageSources {
  readonly github: Pick<GitHub, 'installation'>;
  readonly entities: readonly Entity[];
}

/** Never rejects: what went wrong is an outcome as well. */
export async function readPage(
  { github, entities }: PageSources,
  { tenantId, next }: { tenantId: number; next: NextPage },
): Promise<PageOutcome> {
  const started = performance.now();
  const ref = { tenantId, installationId: next.installationId };
  const client = countRequests(github.installation(ref, { priority: 'history' }));
  const cost = () => ({ requests: client.requests, workedMs: Math.round(performance.now() - started) });
  try {
    if (next.cursor.entity === REPOSITORY_LIST) {
      const listed = await readRepositoryList(client, next);
      return { page: listed, listed, ...cost() };
    }
    return { page: await readEntityPage(client, { entities, installation: ref, next }), ...cost() };
  } catch (error) {
    return { error, ...cost() };
  }
}

interface EntityPage {
  readonly entities: readonly Entity[];
  readonly installation: InstallationRef;
  readonly next: NextPage;
}

function readEntityPage(github: InstallationClient, { entities, installation, next }: EntityPage): Promise<Page> {
  const { cursor, fullName } = next;
  const entity = entities.find(({ name }) => name === cursor.entity);
  const [owner, name] = fullName?.split('/') ?? [];
  if (!entity || owner === undefined || name === undefined) {
    throw new Error(`Nothing reads ${cursor.entity} of ${fullName}.`);
  }
  const repository = { id: cursor.repository_id, owner, name };
  return entity.readPage({ github, installation, repository, cursor: cursor.cursor, pageSize: cursor.page_size });
}
