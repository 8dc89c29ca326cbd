import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema } from 'graphql';

let built: GraphQLSchema | undefined;

/** The schema of GitHub's GraphQL API. The package's own entry would read it as JSON, too, which takes longer. */
export function githubSchema(): GraphQLSchema {
  const file = new URL('schema.graphql', import.meta.resolve('@octokit/graphql-schema'));
  built ??= buildSchema(readFileSync(file, 'utf8'), { assumeValid: true });
  return built;
}
