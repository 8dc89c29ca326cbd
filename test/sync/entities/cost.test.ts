import { expect, it } from 'vitest';
import { createTestDatabase } from '../../support/database.ts';
import { startStandIn } from '../../support/github/stand-in.ts';
import { sampleOrg } from '../../support/github/truth/sample-org.ts';
import { connectToStandIn, readPages } from '../../support/read-repository.ts';

const { db } = await createTestDatabase();
const NOTHING_ELSE = { issues: 0, releases: 0, deployments: 0, workflowRuns: 0 };

it('takes at most 160 requests and 320 points for 10,000 commits and 2,000 pull requests', async () => {
  const standIn = await startStandIn();
  const organization = sampleOrg(standIn.truth, 1, { repositories: 1, commits: 10_000, pulls: 2_000, ...NOTHING_ELSE });
  const [repository] = organization.repositories;
  if (!repository) throw new Error('the organization has no repository');
  const { entities, ...connected } = connectToStandIn(db, standIn, { organization });
  const items = new Map<string, number>();
  for (const entity of entities.all) {
    for await (const page of readPages(entity, { ...connected, repository })) {
      items.set(entity.name, (items.get(entity.name) ?? 0) + page.items);
    }
  }
  await standIn.stop();
  expect(items.get('commits')).toBe(10_000);
  expect(items.get('pull_requests')).toBe(2_000);
  expect(standIn.violations).toEqual([]);
  expect(standIn.checked).toBe(standIn.requests.length);
  expect(standIn.requests.length).toBeLessThanOrEqual(160);
  expect(standIn.points).toBeLessThanOrEqual(320);
}, 120_000);
