import { z } from 'zod';
import { contributorFacts } from '../../events/payload-user.ts';
import { release, releaseFact } from '../../events/release.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { restListPage } from './rest-list.ts';

/** Releases, from REST: GraphQL knows neither their target nor authors that are apps. Drafts show where the app may see them. */
export const releases: Entity = { name: 'releases', permission: 'contents', readPage };

async function readPage(request: PageRequest): Promise<Page> {
  const { github, repository } = request;
  const seenAt = new Date().toISOString();
  const { parameters, next } = restListPage(request);
  const found = await github.rest({
    route: 'GET /repos/{owner}/{repo}/releases',
    parameters,
    data: z.array(release),
  });
  const people = contributorFacts(
    { receivedAt: seenAt },
    found.map(({ author }) => author),
  );
  return {
    facts: [people, { releases: found.map((one) => releaseFact(repository.id, one)) }],
    cursor: next(found.length),
    items: found.length,
    total: null,
    oldest: null,
  };
}
