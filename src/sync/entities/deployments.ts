import { z } from 'zod';
import { deploymentStatus, deploymentStatusFact } from '../../events/deployment-status.ts';
import { mergeFacts } from '../../events/merge-facts.ts';
import { deployment, deploymentFact } from '../../events/payload-deployment.ts';
import { contributorFacts } from '../../events/payload-user.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { latestChange, restListPage } from './rest-list.ts';

/** Deployments with every status, from REST: GraphQL knows neither a status' id nor whether an environment is production. */
export const deployments: Entity = { name: 'deployments', permission: 'deployments', readPage };

/** Each takes a request of its own for its statuses. */
const SHARE = 1 / 4;

async function readPage(request: PageRequest): Promise<Page> {
  const { parameters, next } = restListPage(request, SHARE);
  const found = await request.github.rest({
    route: 'GET /repos/{owner}/{repo}/deployments',
    parameters,
    data: z.array(deployment),
  });
  const facts = [];
  for (const one of found) facts.push(await readDeployment(one, request));
  return { facts, cursor: next(found.length), items: found.length, total: null, oldest: latestChange(found) };
}

async function readDeployment(one: z.output<typeof deployment>, { github, repository }: PageRequest): Promise<Facts> {
  const seenAt = new Date().toISOString();
  const place = { repository_id: repository.id, deployment_id: one.id };
  const statuses = [];
  const pages = github.restPages({
    route: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    parameters: { owner: repository.owner, repo: repository.name, deployment_id: one.id, per_page: 100 },
    data: z.array(deploymentStatus),
  });
  for await (const page of pages) statuses.push(...page);
  const people = [one, ...statuses].map(({ creator }) => creator);
  return mergeFacts(contributorFacts({ receivedAt: seenAt }, people), {
    deployments: [deploymentFact(repository.id, one)],
    deployment_statuses: statuses.map((status) => deploymentStatusFact(place, status)),
  });
}
