import { endSessionsIn, endSessionsOf } from '../tenancy/sessions.ts';
import type { ReactionDeps, Subscriber } from './reaction-deps.ts';

/** Who has taken back what they allowed the App, or the App's place in their organization, is logged out. */
export function onRevocation(app: Subscriber, { db }: Pick<ReactionDeps, 'db'>): void {
  app.on('github_app_authorization.revoked', ({ payload }) => endSessionsOf(db, payload.sender.id));
  app.on('installation.deleted', async ({ payload: { installation } }) => {
    if (installation.account) await endSessionsIn(db, installation.account.id);
  });
}
