import { z } from '@hono/zod-openapi';
import { widenToTenant } from '../../../db/tenant.ts';
import { chooseTracking } from '../../tenancy/choose-tracking.ts';
import { actorOf } from './actor.ts';
import type { Api } from './api-env.ts';
import { patchFieldsRoute } from './change-route.ts';
import { getRepositoryScope, inOrg } from './org-scope.ts';
import { orgParams, repoParameter } from './parameters.ts';
import { readRepository, repositoryWithCounts } from './repositories.ts';

const patch = patchFieldsRoute({
  operationId: 'changeRepository',
  path: '/api/v1/orgs/{org}/repositories/{repo}',
  tag: 'Repositories',
  summary: 'Track a repository, or stop',
  description: `What happens in a repository that is not tracked is kept, and applied once it is tracked; its history is read then. Of
those that nobody has decided on, the plan's places go to what is tracked already, then to those that were pushed to last. A place that is freed
here stays free for the next that is tracked here, or is new. 403 when the plan has no place.`,
  params: orgParams.extend({ repo: repoParameter }),
  request: z.strictObject({ tracked: z.boolean() }),
  response: repositoryWithCounts,
});

export function addRepositoryTracking(api: Api): void {
  api.openapi(patch, async (c) => {
    const { repo } = c.req.valid('param');
    const { tracked } = c.req.valid('json');
    const body = await inOrg(c, async (trx, org) => {
      const scope = await getRepositoryScope(trx, org, repo);
      // The plan's places are those of all repositories.
      await widenToTenant(trx);
      await chooseTracking(trx, {
        tenantId: org.tenant_id,
        repositoryId: scope.repository_id,
        tracked,
        actor: actorOf(c),
        target: scope.full_name,
      });
      return readRepository(trx, org, scope);
    });
    return c.json(body, 200);
  });
}
