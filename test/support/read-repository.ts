import type { Database } from '../../db/connection.ts';
import { loadConfig } from '../../src/config.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import type { InstallationClient, InstallationRef } from '../../src/github/github.ts';
import { createLogger } from '../../src/logging.ts';
import { type Entities, openEntities } from '../../src/sync/entities/registry.ts';
import type { Entity, Page } from '../../src/sync/entity.ts';
import type { StandIn } from './github/stand-in.ts';
import type { Organization } from './github/truth/organization.ts';
import type { Repository } from './github/truth/repository.ts';

export interface Connected {
  readonly client: InstallationClient;
  readonly installation: InstallationRef;
  readonly entities: Entities;
}

interface ConnectOptions {
  readonly organization: Organization;
  readonly cloneDirectory?: string;
  readonly cloneFromCommits?: number;
}

const everywhere = () => Promise.resolve(true);

/** Installs the App at a stand-in, and opens what can be read of it with GitHub's client. */
export function connectToStandIn(db: Database, standIn: StandIn, options: ConnectOptions): Connected {
  const { organization, cloneDirectory = '/nowhere', cloneFromCommits = 20_000 } = options;
  const config = loadConfig({ ...standIn.environment });
  const github = createGitHub({ config, db, log: createLogger({ level: 'silent', format: 'json' }) });
  const { id: installationId } = standIn.truth.install(organization, { at: '2026-03-01T00:00:00Z' });
  const installation = { tenantId: organization.id, installationId };
  return {
    client: github.installation(installation, { priority: 'history' }),
    installation,
    entities: openEntities({ github, cloneDirectory, cloneFromCommits, isWorkflowSource: everywhere }),
  };
}

interface Reading extends Omit<Connected, 'entities'> {
  readonly repository: Pick<Repository, 'id' | 'owner' | 'name'>;
  readonly pageSize?: number;
}

/** All pages of an entity, one after another, as the engine reads them. */
export async function* readPages(entity: Entity, { client, installation, ...reading }: Reading): AsyncGenerator<Page> {
  const { id, owner, name } = reading.repository;
  const { pageSize = 100 } = reading;
  let cursor: string | null = null;
  do {
    const request = { github: client, installation, repository: { id, owner, name }, cursor, pageSize };
    const page: Page = await entity.readPage(request);
    yield page;
    ({ cursor } = page);
  } while (cursor !== null);
}
