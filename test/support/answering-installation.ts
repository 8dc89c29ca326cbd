import { execute, parse } from 'graphql';
import type { GraphqlDocument, InstallationClient, RestRequest } from '../../src/github/github.ts';
import type { PageRequest } from '../../src/sync/entity.ts';
import { githubSchema } from './github-schema.ts';
import { ACME } from './payloads.ts';

type Answer = Readonly<Record<string, unknown>>;

export interface Answers {
  /** By the document's name: all that GitHub knows there, of which the document picks its part. */
  readonly graphql?: Readonly<Record<string, (variables: Readonly<Record<string, unknown>>) => Answer>>;
  /** By route. */
  readonly rest?: Readonly<Record<string, (parameters: Readonly<Record<string, unknown>>) => unknown>>;
}

export const repository = { id: 9_000, owner: 'acme', name: 'rocket' };

/** The first page of `repository`. */
export function firstPage(github: InstallationClient): PageRequest {
  const installation = { tenantId: ACME.id, installationId: 77 };
  return { github, installation, repository, cursor: null, pageSize: 100 };
}

const rateLimit = { cost: 1, limit: 5_000, remaining: 4_999, used: 1, resetAt: '2026-03-01T01:00:00Z' };

/** An installation whose answers the test gives; those of GraphQL are checked against GitHub's schema. */
export function answeringInstallation({ graphql = {}, rest = {} }: Answers) {
  const asked: string[] = [];
  const ask = <Variables extends object, Data>(document: GraphqlDocument<Variables, Data>, variables: Variables) => {
    asked.push(document.name);
    const variableValues = Object.fromEntries(Object.entries(variables));
    const rootValue = { rateLimit, ...graphql[document.name]?.(variableValues) };
    const result = execute({ schema: githubSchema(), document: parse(document.text), rootValue, variableValues });
    if (!('data' in result) || result.errors) throw new Error(JSON.stringify(result));
    return Promise.resolve(document.data.parse(structuredClone(result.data)));
  };
  const request = <Data>({ route, parameters = {}, data }: RestRequest<Data>) => {
    asked.push(route);
    return Promise.resolve(data.parse(rest[route]?.(parameters)));
  };
  const client: InstallationClient = {
    graphql: ask,
    rest: request,
    async *restPages(one) {
      yield await request(one);
    },
  };
  return { client, asked };
}
