import type { ReactionDeps, Subscriber } from './reaction-deps.ts';

/** A token has the permissions that the installation had when it was made. */
export function onGrant(app: Subscriber, { github }: ReactionDeps): void {
  const changes = ['installation.new_permissions_accepted', 'installation.suspend', 'installation.deleted'] as const;
  app.on([...changes], ({ payload }) => {
    github.forgetTokens(payload.installation.id);
  });
}
