import { onAccess } from './reactions/on-access.ts';
import { onCheckRun } from './reactions/on-check-run.ts';
import { onGrant } from './reactions/on-grant.ts';
import { onInstallation } from './reactions/on-installation.ts';
import { onPullRequest } from './reactions/on-pull-request.ts';
import { onRevocation } from './reactions/on-revocation.ts';
import { onWork } from './reactions/on-work.ts';
import type { ReactionDeps, Subscriber } from './reactions/reaction-deps.ts';

/** The Probot application: what events set off, apart from the facts that they are. */
export function createApp(deps: ReactionDeps): (app: Subscriber) => void {
  return (app) => {
    onGrant(app, deps);
    onRevocation(app, deps);
    onInstallation(app, deps);
    onAccess(app, deps);
    onWork(app, deps);
    onPullRequest(app, deps);
    onCheckRun(app, deps);
  };
}
