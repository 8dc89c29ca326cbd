import { type Answer, parseAnswer } from './answer.ts';
import type { GitHubAddresses } from './addresses.ts';
import type { InstallationClient, InstallationRef, Priority } from './github.ts';
import { createInstallationCalls, type InstallationCallDeps } from './installation-calls.ts';
import { nextUrlOf } from './rest-pages.ts';

export interface InstallationClientDeps extends InstallationCallDeps {
  readonly addresses: GitHubAddresses;
}

/** GitHub as one installation sees it. */
export function createInstallationClient(
  ref: InstallationRef,
  priority: Priority,
  deps: InstallationClientDeps,
): InstallationClient {
  const { addresses } = deps;
  const send = createInstallationCalls(ref, priority, deps);
  return {
    graphql: async ({ name, text, data }, variables) => {
      const parameters = { query: text, variables };
      const answer = await send({
        name,
        route: 'POST /graphql',
        url: addresses.graphql,
        parameters,
        resource: 'graphql',
      });
      return parseAnswer(name, data, dataOf(answer));
    },
    rest: async ({ route, parameters = {}, data }) =>
      parseAnswer(route, data, (await send({ name: route, route, parameters, resource: 'core' })).data),
    async *restPages({ route, parameters, data }) {
      let answer = await send({ name: route, route, parameters: { per_page: 100, ...parameters }, resource: 'core' });
      for (;;) {
        yield parseAnswer(route, data, answer.data);
        const url = nextUrlOf(answer, addresses.rest);
        if (url === undefined) return;
        answer = await send({ name: route, route, url, resource: 'core' });
      }
    },
  };
}

function dataOf({ data }: Answer): unknown {
  return typeof data === 'object' && data !== null && 'data' in data ? data.data : undefined;
}
