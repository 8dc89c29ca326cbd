import { GraphQLError, type GraphQLFormattedError } from 'graphql';

/** An error as GitHub's GraphQL API gives it: with a `type` beside its message. */
export function failure(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

export function formatError({
  message,
  path,
  locations,
  extensions,
}: GraphQLError): GraphQLFormattedError & { type?: unknown } {
  return {
    ...(extensions['type'] === undefined ? {} : { type: extensions['type'] }),
    ...(path === undefined ? {} : { path }),
    ...(locations === undefined ? {} : { locations }),
    message,
  };
}
