import type { z } from 'zod';

/** A GraphQL document, and the shape of its answer's `data`. Its text asks for `rateLimit` itself. */
export interface GraphqlDocument<Variables extends object, Data> {
  /** The operation's name. */
  readonly name: string;
  readonly text: string;
  readonly data: z.ZodType<Data>;
  /** Never read: it ties the variables to the document. */
  readonly variables?: Variables;
}

/** A REST request, by its route as GitHub's documentation writes it, and the shape of its answer. */
export interface RestRequest<Data> {
  /** Such as `GET /repos/{owner}/{repo}/releases`. */
  readonly route: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly data: z.ZodType<Data>;
}

/** Live work may use the whole budget; history leaves the reserve to it. */
export type Priority = 'live' | 'history';

/** An installation as GitHub knows it. */
export interface InstallationRef {
  readonly tenantId: number;
  readonly installationId: number;
}

/**
 * GitHub as one installation sees it. Every call waits for a free place, knows the budget before it asks, and throws:
 * RateLimitedError when the budget is used up or GitHub says so (try again at `retryAt`; no failed attempt),
 * NotFoundError when there is no such thing (any more), ForbiddenError when the installation may not read it,
 * SuspendedError when the installation is suspended, deleted or its token revoked,
 * AppRefusedError when GitHub does not accept the App itself,
 * GitHubUnavailableError on 5xx and lost connections (a smaller page may go through),
 * IncompleteResponseError when a 200 carries `errors`: its data must not advance a cursor, and
 * UnexpectedResponseError when the answer is not of the shape that was asked for, or GitHub refuses the question.
 */
export interface InstallationClient {
  graphql<Variables extends object, Data>(
    document: GraphqlDocument<Variables, Data>,
    variables: Variables,
  ): Promise<Data>;
  rest<Data>(request: RestRequest<Data>): Promise<Data>;
  /** Every page of a list, following its `Link` header. */
  restPages<Data>(request: RestRequest<Data>): AsyncIterable<Data>;
}

/** One page of a list, for whoever keeps its place across restarts. */
interface RestPage<Data> {
  readonly data: Data;
  /** The query of the `Link` header's next page, such as `{cursor: 'v1_17'}`; null at the end. */
  readonly next: Readonly<Record<string, string>> | null;
}

/** GitHub as the App itself sees it. The same errors. */
export interface AppClient extends Pick<InstallationClient, 'rest' | 'restPages'> {
  restPage<Data>(request: RestRequest<Data>): Promise<RestPage<Data>>;
}

/** The GitHub App's way to GitHub. */
export interface GitHub {
  installation(ref: InstallationRef, options: { readonly priority: Priority }): InstallationClient;
  /** As the App itself, with its JWT: its installations and its hook's deliveries. */
  readonly app: AppClient;
  /** A token that may read the contents of one repository and nothing else, for `git clone`. */
  contentsToken(ref: InstallationRef, repositoryId: number): Promise<string>;
  /** As a person, with the token of a login: who they are, and what they may see. */
  person(token: string): AppClient;
  /** Where repositories are cloned from, such as `https://github.com`. */
  readonly webUrl: string;
}
