import { join } from 'node:path';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import type { Config } from '../config.ts';
import type { GitHub } from '../github/github.ts';
import { getDefinition } from '../metrics/definition.ts';
import { openEntities } from '../sync/entities/registry.ts';
import type { SyncDeps } from '../sync/sync-page.ts';

export interface OpenSync extends Pick<SyncDeps, 'github' | 'entities' | 'horizonDays'> {
  stop(): Promise<void>;
}

interface SyncOptions {
  readonly config: Pick<Config, 'dataDir' | 'cloneFromCommits' | 'syncHorizonDays'>;
  readonly github: GitHub;
}

/** What it takes to read history from GitHub. */
export function openSync(db: Database, { config, github }: SyncOptions): OpenSync {
  const entities = openEntities({
    github,
    cloneDirectory: join(config.dataDir, 'clones'),
    cloneFromCommits: config.cloneFromCommits,
    isWorkflowSource: async (place) => {
      const { definition } = await withTenant(db, place.tenantId, (trx) => getDefinition(trx, place));
      return definition.deployment_source.kind === 'workflow_run';
    },
  });
  return {
    github,
    entities: entities.all,
    horizonDays: config.syncHorizonDays,
    stop: () => entities.stop(),
  };
}
