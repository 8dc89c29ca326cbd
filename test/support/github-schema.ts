import { schema } from '@octokit/graphql-schema';
import { buildSchema, type GraphQLSchema } from 'graphql';

let built: GraphQLSchema | undefined;

/** The schema of GitHub's GraphQL API. */
export function githubSchema(): GraphQLSchema {
  built ??= buildSchema(schema.idl, { assumeValid: true });
  return built;
}
