import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { account, foldedLevel, pageInfo } from './access-values.ts';
import { databaseId, type PageVariables, rateLimit } from './values.ts';

const source = z.object({
  roleName: z.string().nullish(),
  permission: z.enum(['READ', 'WRITE', 'ADMIN']).transform((name) => name.toLowerCase()),
  source: z.object({ type: z.enum(['Organization', 'Repository', 'Team']) }),
});

const data = z.object({
  repository: z
    .object({
      databaseId,
      collaborators: z
        .object({
          edges: z
            .array(
              z
                .object({ permission: foldedLevel, permissionSources: z.array(source).nullish(), node: account })
                .nullable(),
            )
            .nullable(),
          pageInfo,
        })
        .nullable(),
    })
    .nullable(),
});

/** Everybody who has access to the repository, and by what: 1 point for 100. */
export const repositoryCollaboratorsDocument: GraphqlDocument<PageVariables, z.output<typeof data>> = {
  name: 'RepositoryCollaborators',
  text: `
    query RepositoryCollaborators($owner: String!, $name: String!, $first: Int!, $after: String) {
      repository(owner: $owner, name: $name) {
        databaseId
        collaborators(first: $first, after: $after, affiliation: ALL) {
          edges {
            permission
            permissionSources { roleName permission source { type: __typename } }
            node { databaseId login }
          }
          pageInfo { hasNextPage endCursor }
        }
      }
      ${rateLimit}
    }`,
  data,
};
