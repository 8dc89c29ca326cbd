import type { Octokit } from '@octokit/rest';
import { Probot, ProbotOctokit } from 'probot';
import { z } from 'zod';
import type { Logger } from '../logging.ts';
import type { GitHubAddresses } from './addresses.ts';

export interface AppCredentials {
  readonly appId: number;
  /** RSA, as PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
}

export interface TokenRequest {
  readonly installationId: number;
  readonly permissions: Readonly<Record<string, string>>;
  /** None: every repository of the installation. */
  readonly repositoryIds?: number[];
}

export interface Token {
  readonly token: string;
  readonly expiresAt: Date;
}

export interface AppAuthentication {
  readonly probot: Probot;
  /** The App's JWT. */
  readonly createJwt: () => Promise<string>;
  /** A new installation token. It throws octokit's errors. */
  readonly createToken: (request: TokenRequest) => Promise<Token>;
}

const jwt = z.object({ token: z.string() });
const installationToken = z.object({ token: z.string(), expiresAt: z.coerce.date() });

export function authenticateApp(
  { appId, privateKey, webhookSecret }: AppCredentials,
  { addresses, octokit, log }: { addresses: GitHubAddresses; octokit: Octokit; log: Logger },
): AppAuthentication {
  const probot = new Probot({
    appId,
    privateKey,
    secret: webhookSecret,
    baseUrl: addresses.rest,
    // Probot logs whole payloads, at `debug` and with errors. What fails is thrown to us, and logged by us.
    log: log.child({}, { level: 'silent' }),
    Octokit: octokitThatThrows(octokit),
  });
  const authenticate = async (options: object) => (await probot.auth()).auth(options);
  return {
    probot,
    createJwt: async () => jwt.parse(await authenticate({ type: 'app' })).token,
    createToken: async (request) =>
      installationToken.parse(await authenticate({ type: 'installation', refresh: true, ...request })),
  };
}

/** Probot's octokit waits for up to an hour at a limit and tries again by itself; the queue does both for us. */
function octokitThatThrows(octokit: Octokit): typeof ProbotOctokit {
  return ProbotOctokit.defaults((options: { auth?: object }) => ({
    ...options,
    // Probot asks api.github.com for tokens whatever `baseUrl` says.
    auth: { ...options.auth, request: octokit.request },
    throttle: { enabled: false },
    retry: { enabled: false },
  }));
}
