import type { InstallationClient } from '../github/github.ts';

export interface CountedClient extends InstallationClient {
  /** Requests that it made, as far as it knows: what a client repeats by itself counts once. */
  readonly requests: number;
}

export function countRequests(client: InstallationClient): CountedClient {
  let requests = 0;
  return {
    get requests() {
      return requests;
    },
    graphql(document, variables) {
      requests += 1;
      return client.graphql(document, variables);
    },
    rest(request) {
      requests += 1;
      return client.rest(request);
    },
    async *restPages(request) {
      for await (const page of client.restPages(request)) {
        requests += 1;
        yield page;
      }
    },
  };
}
