import type { RateLimits } from '../rate-limits.ts';
import type { Tokens } from '../tokens.ts';
import { appRoutes } from './apps.ts';
import { checkRunRoutes } from './check-runs.ts';
import { commitRoutes } from './commits.ts';
import { deploymentRoutes } from './deployments.ts';
import { issueRoutes } from './issues.ts';
import { organizationRoutes } from './organizations.ts';
import { pullRoutes } from './pulls.ts';
import { rateLimitRoutes } from './rate-limit.ts';
import { releaseRoutes } from './releases.ts';
import { repositoryRoutes } from './repositories.ts';
import type { Route } from './route.ts';
import { workflowRoutes } from './workflows.ts';

interface RouteParts {
  readonly tokens: Tokens;
  readonly rateLimits: RateLimits;
}

/** Every REST call that the stand-in answers. */
export function restRoutes({ tokens, rateLimits }: RouteParts): Route[] {
  return [
    ...appRoutes(tokens),
    ...rateLimitRoutes(rateLimits),
    ...organizationRoutes,
    ...repositoryRoutes,
    ...commitRoutes,
    ...pullRoutes,
    ...issueRoutes,
    ...releaseRoutes,
    ...deploymentRoutes,
    ...workflowRoutes,
    ...checkRunRoutes,
  ];
}
