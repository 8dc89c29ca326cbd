import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { databaseId, rateLimit } from './values.ts';

/** By GitHub's global ids. What the installation may not read is left out. */
export interface RepositoryCountsVariables {
  /** At most 100. */
  readonly ids: readonly string[];
  readonly contents: boolean;
  readonly pullRequests: boolean;
  readonly issues: boolean;
  readonly deployments: boolean;
}

const counted = z.object({
  totalCount: z.int(),
  nodes: z.array(z.object({ updatedAt: z.string() }).nullable()).nullish(),
});

const repositoryCounts = z.object({
  databaseId,
  pushedAt: z.string().nullish(),
  defaultBranchRef: z.object({ name: z.string(), target: z.object({ oid: z.string() }).nullish() }).nullish(),
  branches: counted.nullish(),
  releases: counted.nullish(),
  pullRequests: counted.nullish(),
  issues: counted.nullish(),
  deployments: counted.nullish(),
});
export type RepositoryCounts = z.output<typeof repositoryCounts>;

const data = z.object({
  nodes: z
    .array(repositoryCounts.nullable())
    .transform((nodes) => nodes.filter((node): node is RepositoryCounts => node !== null)),
});

/** How much there is of each repository, and when it changed last: 3 points for 50 repositories. */
export const repositoryCountsDocument: GraphqlDocument<RepositoryCountsVariables, z.output<typeof data>> = {
  name: 'RepositoryCounts',
  text: `
    query RepositoryCounts(
      $ids: [ID!]!, $contents: Boolean!, $pullRequests: Boolean!, $issues: Boolean!, $deployments: Boolean!
    ) {
      nodes(ids: $ids) {
        ... on Repository {
          databaseId
          pushedAt
          defaultBranchRef @include(if: $contents) { name target { oid } }
          branches: refs(refPrefix: "refs/heads/", first: 1) @include(if: $contents) { totalCount }
          releases(first: 10, orderBy: { field: CREATED_AT, direction: DESC }) @include(if: $contents) {
            totalCount
            nodes { updatedAt }
          }
          pullRequests(first: 1, orderBy: { field: UPDATED_AT, direction: DESC }) @include(if: $pullRequests) {
            totalCount
            nodes { updatedAt }
          }
          issues(first: 1, orderBy: { field: UPDATED_AT, direction: DESC }) @include(if: $issues) {
            totalCount
            nodes { updatedAt }
          }
          deployments(first: 10, orderBy: { field: CREATED_AT, direction: DESC }) @include(if: $deployments) {
            totalCount
            nodes { updatedAt }
          }
        }
      }
      ${rateLimit}
    }`,
  data,
};
