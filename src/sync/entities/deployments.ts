import { z } from 'zod';
import { deploymentStatusFact } from '../../events/deployment-status.ts';
import { mergeFacts } from '../../events/merge-facts.ts';
import { deployment, deploymentFact } from '../../events/payload-deployment.ts';
import { contributorFacts } from '../../events/payload-user.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { readStatuses } from './deployment-statuses.ts';
import { latestChange, restListPage } from './rest-list.ts';

/** Deployments with every status; from REST, since GraphQL does not know whether an environment is production. */
export const deployments: Entity = { name: 'deployments', permission: 'deployments', readPage };

const listed = deployment.extend({ node_id: z.string() });

async function readPage(request: PageRequest): Promise<Page> {
  const { github, repository } = request;
  const seenAt = new Date().toISOString();
  const { parameters, next } = restListPage(request);
  const found = await github.rest({
    route: 'GET /repos/{owner}/{repo}/deployments',
    parameters,
    data: z.array(listed),
  });
  const statuses = await readStatuses(found, request);
  const facts = found.map((one) => {
    const own = statuses.get(one.id) ?? [];
    const people = [one, ...own].map(({ creator }) => creator);
    const place = { repository_id: repository.id, deployment_id: one.id };
    return mergeFacts(contributorFacts({ receivedAt: seenAt }, people), {
      deployments: [deploymentFact(repository.id, one)],
      deployment_statuses: own.map((status) => deploymentStatusFact(place, status)),
    });
  });
  return { facts, cursor: next(found.length), items: found.length, total: null, oldest: latestChange(found) };
}
