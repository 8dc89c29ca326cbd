import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { type StandIn, startStandIn } from '../support/github/stand-in.ts';
import { installationOctokit } from '../support/github/octokit.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';

let standIn: StandIn;
beforeEach(async () => {
  standIn = await startStandIn();
});
afterEach(() => standIn.stop());

const commitsPage = z.object({
  rateLimit: z.object({ cost: z.literal(1), remaining: z.number() }),
  repository: z.object({
    defaultBranchRef: z.object({
      target: z.object({
        history: z.object({
          totalCount: z.number(),
          pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
          nodes: z.array(z.object({ oid: z.string() })),
        }),
      }),
    }),
  }),
});

const COMMITS = `query Commits($after: String) {
  rateLimit { cost remaining resetAt limit }
  repository(owner: "acme", name: "service-1") {
    defaultBranchRef { target { ... on Commit {
      history(first: 7, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes {
          oid
          parents(first: 3) { nodes { oid } }
          authors(first: 5) { nodes { email user { login } } }
          associatedPullRequests(first: 2) { nodes { number } }
        }
      }
    } } }
  }
}`;

it('gives an installation the history of a repository, page by page', async () => {
  const organization = sampleOrg(standIn.truth, 1, { repositories: 2 });
  const { id } = standIn.truth.install(organization, { at: '2026-03-01T00:00:00Z' });
  const octokit = await installationOctokit(standIn, id);
  const repository = standIn.truth.repository('acme/service-1');
  const shas: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const answer = commitsPage.parse(await octokit.graphql(COMMITS, { after }));
    const { nodes, pageInfo } = answer.repository.defaultBranchRef.target.history;
    shas.push(...nodes.map(({ oid }) => oid));
    after = pageInfo.endCursor;
    more = pageInfo.hasNextPage;
  }
  expect(shas).toEqual(repository.history(repository.branches.get('main') ?? '').map(({ sha }) => sha));
  expect(standIn.violations).toEqual([]);
  expect(standIn.checked).toBeGreaterThan(0);
  expect(standIn.points).toBe(Math.ceil(shas.length / 7));
});
