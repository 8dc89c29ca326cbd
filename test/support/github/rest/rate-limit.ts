import type { RateLimits } from '../rate-limits.ts';
import { ok, type Route } from './route.ts';

export function rateLimitRoutes(rateLimits: RateLimits): Route[] {
  return [
    {
      route: 'GET /rate_limit',
      answer: ({ request }) => {
        const caller =
          request.caller.kind === 'installation' ? `installation ${request.caller.token.installation.id}` : 'app';
        const read = (resource: 'core' | 'graphql') => {
          const { limit, used, resetAt } = rateLimits.find(caller, resource);
          return { limit, used, remaining: Math.max(0, limit - used), reset: resetAt / 1_000 };
        };
        const core = read('core');
        return ok({ resources: { core, graphql: read('graphql'), search: core }, rate: core });
      },
    },
  ];
}
