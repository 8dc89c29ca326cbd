import * as oauth from 'oauth4webapi';
import { ForbiddenError, GitHubUnavailableError } from '../errors.ts';
import { createSecret } from '../secret.ts';
import type { GitHubAddresses } from './addresses.ts';

/** The App as people give it leave to say who they are. */
export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
  /** Exactly as it is registered with the App. */
  readonly callbackUrl: string;
}

/** What the browser keeps while its person is at GitHub. */
interface OAuthAttempt {
  readonly state: string;
  readonly verifier: string;
}

export interface OAuth {
  /** Where to send the browser, and what it must come back with. */
  begin(): Promise<{ readonly url: string; readonly attempt: OAuthAttempt }>;
  /**
   * The person's token, from the address that the browser came back to.
   * @throws ForbiddenError when it is not the answer to the attempt, or GitHub does not take it; GitHubUnavailableError
   */
  finish(callback: URL, attempt: OAuthAttempt): Promise<string>;
}

// GitHub gives up after 10 s itself.
const MOST_MS = 15_000;

export function createOAuth(client: OAuthClient, { web }: GitHubAddresses): OAuth {
  const server: oauth.AuthorizationServer = {
    issuer: web,
    authorization_endpoint: `${web}/login/oauth/authorize`,
    token_endpoint: `${web}/login/oauth/access_token`,
  };
  const registered: oauth.Client = { client_id: client.id };
  const exchange = (parameters: URLSearchParams, verifier: string) =>
    oauth.authorizationCodeGrantRequest(
      server,
      registered,
      oauth.ClientSecretPost(client.secret),
      parameters,
      client.callbackUrl,
      verifier,
      // A server in a company's own network may have no certificate: GHE_PROTOCOL says so.
      { signal: AbortSignal.timeout(MOST_MS), [oauth.allowInsecureRequests]: web.startsWith('http:') },
    );
  return {
    begin: async () => {
      const attempt = { state: createSecret(), verifier: oauth.generateRandomCodeVerifier() };
      const url = new URL(`${web}/login/oauth/authorize`);
      url.search = new URLSearchParams({
        client_id: client.id,
        redirect_uri: client.callbackUrl,
        state: attempt.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
        code_challenge_method: 'S256',
      }).toString();
      return { url: url.href, attempt };
    },
    finish: async (callback, { state, verifier }) => {
      try {
        const parameters = oauth.validateAuthResponse(server, registered, callback, state);
        const response = await exchange(parameters, verifier);
        return (await oauth.processAuthorizationCodeResponse(server, registered, response)).access_token;
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

function refusalOf(cause: unknown): Error {
  if (cause instanceof oauth.AuthorizationResponseError && cause.error === 'access_denied') {
    return new ForbiddenError('GitHub says that you did not agree. Log in again to change your mind.', { cause });
  }
  const isRefused =
    cause instanceof oauth.OperationProcessingError ||
    cause instanceof oauth.AuthorizationResponseError ||
    cause instanceof oauth.ResponseBodyError ||
    cause instanceof oauth.UnsupportedOperationError;
  return isRefused
    ? new ForbiddenError('This login is not the one that was begun here, or it took too long. Log in again.', { cause })
    : new GitHubUnavailableError('Logging in: no answer from GitHub', { cause });
}
