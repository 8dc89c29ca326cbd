import { type BackfillRequest, startBackfill } from '../sync/start-backfill.ts';
import type { ReactionDeps, Subscriber } from './reaction-deps.ts';

/**
 * The app may see more than before: what it has not read yet is read, and what it missed meanwhile. Of what earlier
 * passes cover, as after a reinstallation, only the gap.
 */
export function onInstallation(app: Subscriber, { db, queue }: Pick<ReactionDeps, 'db' | 'queue'>): void {
  const start = async (account: { readonly id: number } | null, request: Omit<BackfillRequest, 'tenantId'>) => {
    const tenantId = account?.id;
    if (tenantId === undefined) return;
    await db.transaction().execute(async (trx) => {
      // An enterprise is no tenant, and an account that was purged is none any more.
      const tenant = await trx.selectFrom('tenants').select('tenant_id').where('tenant_id', '=', tenantId).execute();
      if (tenant.length > 0) await startBackfill(trx, { tenantId, floor: 'gap', ...request }, { queue });
    });
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
  // Where the app has all repositories, nothing else says that there is one more, with a history perhaps.
  app.on(['repository.created', 'repository.transferred'], ({ payload: { repository } }) =>
    start(repository.owner, { reason: 'repositories', repositoryIds: [repository.id] }),
  );
}
