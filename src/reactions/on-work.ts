import { sendHydrate } from '../queue.ts';
import type { ReactionDeps, Subscriber } from './reaction-deps.ts';

/** Pushes leave out parents and line counts, and merges which commits they brought: both are asked for, together. */
export function onWork(app: Subscriber, { db, queue }: Pick<ReactionDeps, 'db' | 'queue'>): void {
  const hydrate = ({ id, owner }: { readonly id: number; readonly owner: { readonly id?: number } | null }) =>
    owner?.id === undefined ? undefined : sendHydrate(queue, db, { tenantId: owner.id, repositoryId: id });

  app.on('push', async ({ payload }) => {
    if (!payload.deleted) await hydrate(payload.repository);
  });
  app.on('pull_request.closed', async ({ payload }) => {
    if (payload.pull_request.merged) await hydrate(payload.repository);
  });
}
