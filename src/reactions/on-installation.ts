import { type BackfillRequest, startBackfill } from '../sync/start-backfill.ts';
import type { ReactionDeps, Subscriber } from './reaction-deps.ts';

/**
 * The app may see more than before: what it has not read yet is read, and what it missed meanwhile. Of what earlier
 * passes cover, as after a reinstallation, only the gap.
 */
export function onInstallation(app: Subscriber, { db, queue }: ReactionDeps): void {
  const start = async (account: { readonly id: number } | null, request: Omit<BackfillRequest, 'tenantId'>) => {
    if (account === null) return;
    await db
      .transaction()
      .execute((trx) => startBackfill(trx, { tenantId: account.id, floor: 'gap', ...request }, { queue }));
  };

  app.on('installation.created', ({ payload }) => start(payload.installation.account, { reason: 'installation' }));
  app.on('installation.unsuspend', ({ payload }) => start(payload.installation.account, { reason: 'unsuspend' }));
  app.on('installation.new_permissions_accepted', ({ payload }) =>
    start(payload.installation.account, { reason: 'permissions' }),
  );
  app.on('installation_repositories.added', ({ payload }) => {
    const repositoryIds = payload.repositories_added.map(({ id }) => id);
    return start(payload.installation.account, { reason: 'repositories', repositoryIds });
  });
}
