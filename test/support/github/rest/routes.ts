import type { Hook } from '../hook/hook.ts';
import type { RateLimits } from '../rate-limits.ts';
import type { Tokens } from '../tokens.ts';
import { appRoutes } from './apps.ts';
import { checkRunRoutes } from './check-runs.ts';
import { commitRoutes } from './commits.ts';
import { contentRoutes } from './contents.ts';
import { deploymentRoutes } from './deployments.ts';
import { hookDeliveryRoutes } from './hook-deliveries.ts';
import { issueRoutes } from './issues.ts';
import { organizationRoutes } from './organizations.ts';
import { pullRoutes } from './pulls.ts';
import { rateLimitRoutes } from './rate-limit.ts';
import { releaseRoutes } from './releases.ts';
import { repositoryRoutes } from './repositories.ts';
import type { Route } from './route.ts';
import { workflowRoutes } from './workflows.ts';

interface RouteParts {
  readonly hook: Hook;
  readonly tokens: Tokens;
  readonly rateLimits: RateLimits;
}

/** Every REST call that the stand-in answers. */
export function restRoutes({ hook, tokens, rateLimits }: RouteParts): Route[] {
  return [
    ...appRoutes(tokens),
    ...hookDeliveryRoutes(hook),
    ...rateLimitRoutes(rateLimits),
    ...organizationRoutes,
    ...repositoryRoutes,
    ...commitRoutes,
    ...contentRoutes,
    ...pullRoutes,
    ...issueRoutes,
    ...releaseRoutes,
    ...deploymentRoutes,
    ...workflowRoutes,
    ...checkRunRoutes,
  ];
}
