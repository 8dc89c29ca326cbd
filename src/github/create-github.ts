import type { Probot } from 'probot';
import type { Database } from '../../db/connection.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { githubAddresses } from './addresses.ts';
import { authenticateApp } from './app-authentication.ts';
import { createAppClient, createPersonClient } from './app-client.ts';
import { BudgetGuard } from './budget-guard.ts';
import { Etags } from './etags.ts';
import type { GitHub } from './github.ts';
import { createInstallationClient } from './installation-client.ts';
import { InstallationTokens } from './installation-tokens.ts';
import { Pace } from './pace.ts';
import { createOctokit, createTransport } from './transport.ts';

export interface GitHubOptions {
  readonly config: Pick<Config, 'appId' | 'privateKey' | 'webhookSecrets' | 'gheHost' | 'gheProtocol'>;
  readonly db: Database;
  readonly log: Logger;
}

export interface ConnectedGitHub extends GitHub {
  /** Runs the reactions; it sends nothing itself. */
  readonly probot: Probot;
  /** After a change of its permissions: a token has those of the time at which it was made. */
  forgetTokens(installationId: number): void;
  /** Gives the calls under way half a second more. */
  stop(): void;
}

const LAST_CALLS_MS = 500;

/** @throws ConfigError when not connected */
export function createGitHub({ config, db, log }: GitHubOptions): ConnectedGitHub {
  const { appId, privateKey, webhookSecrets } = config;
  const [webhookSecret] = webhookSecrets;
  if (!appId || !privateKey || !webhookSecret) throw new ConfigError('Not connected to GitHub: APP_ID is not set.');
  const credentials = { appId, privateKey, webhookSecret };
  const addresses = githubAddresses(config.gheHost, config.gheProtocol);
  const octokit = createOctokit(addresses);
  const stopping = new AbortController();
  const transport = createTransport(octokit, stopping.signal);
  const authentication = authenticateApp(credentials, { addresses, octokit, log });
  const app = createAppClient({ transport, restUrl: addresses.rest, createJwt: authentication.createJwt });
  const tokens = new InstallationTokens(authentication, app);
  const paces = new Map<number, Pace>();
  const paceOf = (installationId: number): Pace => {
    const pace = paces.get(installationId) ?? new Pace();
    paces.set(installationId, pace);
    return pace;
  };
  const deps = { addresses, transport, tokens, guard: new BudgetGuard(db), etags: new Etags(), paceOf };
  return {
    probot: authentication.probot,
    app,
    installation: (ref, { priority }) => createInstallationClient(ref, priority, deps),
    contentsToken: ({ installationId }, repositoryId) => tokens.createForContents(installationId, repositoryId),
    person: (token) => createPersonClient(token, { transport, restUrl: addresses.rest }),
    webUrl: addresses.web,
    forgetTokens: (installationId) => tokens.forgetAll(installationId),
    stop: () => void setTimeout(() => stopping.abort(), LAST_CALLS_MS).unref(),
  };
}
