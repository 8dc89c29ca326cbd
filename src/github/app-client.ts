import { AppRefusedError, ForbiddenError } from '../errors.ts';
import { type Answer, parseAnswer } from './answer.ts';
import { failureOf } from './failure.ts';
import type { AppClient, RestRequest } from './github.ts';
import { nextUrlOf, queryOf } from './rest-pages.ts';
import type { Transport } from './transport.ts';

export interface AppClientOptions {
  readonly transport: Transport;
  readonly restUrl: string;
  readonly createJwt: () => Promise<string>;
}

/** GitHub as a person sees it, who has just given the App leave. */
export function createPersonClient(
  token: string,
  { transport, restUrl }: Pick<AppClientOptions, 'transport' | 'restUrl'>,
): AppClient {
  return createRestClient({ transport, restUrl, refused: refusedPerson, createToken: () => Promise.resolve(token) });
}

function refusedPerson(call: string): ForbiddenError {
  return new ForbiddenError(`${call}: GitHub does not accept the person's token`);
}

/** GitHub as the App itself sees it. Its budget is its own: 5,000 requests an hour, which a limit's answer speaks for. */
export function createAppClient({ transport, restUrl, createJwt }: AppClientOptions): AppClient {
  return createRestClient({
    transport,
    restUrl,
    refused: (call) => new AppRefusedError(call),
    createToken: createJwt,
  });
}

interface RestClientOptions extends Pick<AppClientOptions, 'transport' | 'restUrl'> {
  readonly createToken: () => Promise<string>;
  /** What it means that GitHub does not accept the token. */
  readonly refused: (call: string) => Error;
}

function createRestClient({ transport, restUrl, createToken, refused }: RestClientOptions): AppClient {
  const send = async ({ route, parameters = {} }: RestRequest<unknown>, url?: string): Promise<Answer> => {
    const authorization = `bearer ${await createToken()}`;
    const answer = await transport({ name: route, route, parameters, authorization, ...(url && { url }) });
    if (answer.status === 401) throw refused(route);
    if (answer.status >= 400) throw failureOf(route, answer);
    return answer;
  };
  return {
    rest: async (request) => parseAnswer(request.route, request.data, (await send(request)).data),
    restPage: async (request) => {
      const answer = await send(request);
      const next = nextUrlOf(answer, restUrl);
      return {
        data: parseAnswer(request.route, request.data, answer.data),
        next: next === undefined ? null : queryOf(next),
      };
    },
    async *restPages({ route, parameters, data }) {
      const first = { route, parameters: { per_page: 100, ...parameters }, data };
      let answer = await send(first);
      for (;;) {
        yield parseAnswer(route, data, answer.data);
        const next = nextUrlOf(answer, restUrl);
        if (next === undefined) return;
        answer = await send({ route, data }, next);
      }
    },
  };
}
