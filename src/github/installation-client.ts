import type { Database } from '../../db/connection.ts';
import { SuspendedError } from '../errors.ts';
import { type Answer, parseAnswer } from './answer.ts';
import { failureOf } from './failure.ts';
import type { InstallationClient, InstallationRef, Priority } from './github.ts';
import { graphqlFailureOf } from './graphql-failure.ts';
import type { InstallationTokens } from './installation-tokens.ts';
import { nextUrlOf } from './rest-pages.ts';
import type { Call, Transport } from './transport.ts';

export interface InstallationClientOptions {
  readonly db: Database;
  readonly transport: Transport;
  readonly tokens: InstallationTokens;
  readonly addresses: { readonly rest: string; readonly graphql: string };
}

/** GitHub as one installation sees it. */
export function createInstallationClient(
  { installationId }: InstallationRef,
  _priority: Priority,
  { transport, tokens, addresses }: InstallationClientOptions,
): InstallationClient {
  const send = async (call: Omit<Call, 'authorization'>): Promise<Answer> => {
    for (let renewed = false; ; renewed = true) {
      const token = await tokens.get(installationId, '');
      const answer = await transport({ ...call, authorization: `token ${token}` });
      if (answer.status !== 401) {
        if (answer.status >= 400) throw failureOf(call.name, answer);
        return answer;
      }
      tokens.forget(installationId, token);
      if (renewed) throw new SuspendedError(`${call.name}: GitHub does not accept the installation's token`);
    }
  };
  return {
    graphql: async ({ name, text, data }, variables) => {
      const parameters = { query: text, variables };
      const answer = await send({ name, route: 'POST /graphql', url: addresses.graphql, parameters });
      const failure = graphqlFailureOf(name, answer);
      if (failure) throw failure;
      return parseAnswer(name, data, dataOf(answer));
    },
    rest: async ({ route, parameters, data }) =>
      parseAnswer(route, data, (await send({ name: route, route, ...(parameters && { parameters }) })).data),
    async *restPages({ route, parameters, data }) {
      let answer = await send({ name: route, route, parameters: { per_page: 100, ...parameters } });
      for (;;) {
        yield parseAnswer(route, data, answer.data);
        const url = nextUrlOf(answer, addresses.rest);
        if (url === undefined) return;
        answer = await send({ name: route, route, url });
      }
    },
  };
}

function dataOf({ data }: Answer): unknown {
  return typeof data === 'object' && data !== null && 'data' in data ? data.data : undefined;
}
