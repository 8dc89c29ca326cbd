import { Octokit } from '@octokit/rest';
import { GitHubUnavailableError } from '../errors.ts';
import type { GitHubAddresses } from './addresses.ts';
import type { Answer } from './answer.ts';

export interface Call {
  /** The document's name or the route, for messages. */
  readonly name: string;
  /** Such as `GET /repos/{owner}/{repo}`. */
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** A full address instead of the route's, such as that of a next page. */
  readonly url?: string;
  /** The value of the `Authorization` header. */
  readonly authorization: string;
  readonly etag?: string | undefined;
}

/** Sends one request and gives back whatever GitHub answered; it neither waits nor tries again. */
export type Transport = (call: Call) => Promise<Answer>;

// GitHub gives up after 10 s itself; what takes longer is lost.
const MOST_MS = 30_000;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export function createOctokit({ rest }: GitHubAddresses): Octokit {
  // Its log would hold parameters; ours are written where a call fails.
  return new Octokit({ baseUrl: rest, userAgent: 'shiplog', log: silent });
}

/**
 * Its calls throw GitHubUnavailableError when there is no answer at all.
 * @param stopping ends the calls under way
 */
export function createTransport(octokit: Octokit, stopping: AbortSignal): Transport {
  return async ({ name, route, parameters, url, authorization, etag }) => {
    const [method = 'GET', path = '/'] = route.split(' ');
    try {
      const { status, headers, data } = await octokit.request({
        ...parameters,
        method,
        url: url ?? path,
        headers: { authorization, ...(etag && { 'if-none-match': etag }) },
        request: { signal: AbortSignal.any([stopping, AbortSignal.timeout(MOST_MS)]) },
      });
      return { status, headers: headersOf(headers), data };
    } catch (error) {
      const answer = answerOf(error);
      if (answer) return answer;
      throw noAnswer(name, error);
    }
  };
}

export function noAnswer(name: string, error: unknown): GitHubUnavailableError {
  return new GitHubUnavailableError(`${name}: no answer from GitHub: ${reasonOf(error)}`);
}

/** The answer that an octokit's error carries, without the request that it carries too. */
export function answerOf(error: unknown): Answer | undefined {
  if (!(error instanceof Error) || !('response' in error)) return undefined;
  const response: unknown = error.response;
  if (typeof response !== 'object' || response === null || !('status' in response)) return undefined;
  const headers = 'headers' in response && typeof response.headers === 'object' ? response.headers : {};
  return {
    status: Number(response.status),
    headers: headersOf({ ...headers }),
    data: 'data' in response ? response.data : undefined,
  };
}

function headersOf(headers: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' || typeof value === 'number' ? String(value) : undefined,
    ]),
  );
}

/** Such as ECONNREFUSED: it says more than "fetch failed", and holds no data. */
function reasonOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
    if (cause.name === 'AbortError') return 'Shiplog stops';
    if (cause.name === 'TimeoutError') return `nothing within ${MOST_MS / 1_000} s`;
  }
  return 'the connection failed';
}
