import { z } from 'zod';
import { AppRefusedError, ForbiddenError, NotFoundError, SuspendedError } from '../errors.ts';
import type { AppAuthentication, Token, TokenRequest } from './app-authentication.ts';
import { failureOf } from './failure.ts';
import type { AppClient } from './github.ts';
import { answerOf, noAnswer } from './transport.ts';

const installation = z.object({
  permissions: z.record(z.string(), z.string()),
  suspended_at: z.string().nullish(),
});

interface CachedToken extends Token {
  readonly grant: string;
}

// What is about to expire could do so on its way, or in the middle of a clone.
const LEAST_LEFT_MS = 10 * 60_000;
// Of `write` alone: there is no reading them.
const unreadable = new Set(['workflows']);

/** One that reads what the installation may read, or one that writes check runs, and may do nothing else. */
type TokenPurpose = 'read' | 'write_checks';

interface TokenName {
  readonly installationId: number;
  readonly purpose: TokenPurpose;
}

/** Tokens that may do what they are for. */
export class InstallationTokens {
  readonly #authentication: AppAuthentication;
  readonly #app: AppClient;
  readonly #cached = new Map<string, CachedToken>();
  readonly #pending = new Map<string, Promise<CachedToken>>();

  constructor(authentication: AppAuthentication, app: AppClient) {
    this.#authentication = authentication;
    this.#app = app;
  }

  /**
   * @param grant what the installation was last known to have been granted; a token of another grant is not used again
   * @throws SuspendedError when there is no such installation any more, ForbiddenError when it was not granted that
   */
  async get(name: TokenName, grant: string): Promise<string> {
    const key = keyOf(name);
    const cached = this.#cached.get(key);
    if (cached?.grant === grant && cached.expiresAt.getTime() - Date.now() > LEAST_LEFT_MS) return cached.token;
    const pending = this.#pending.get(key);
    if (pending) return (await pending).token;
    const created = this.#createFor(name, grant);
    this.#pending.set(key, created);
    try {
      return (await created).token;
    } finally {
      this.#pending.delete(key);
    }
  }

  /** A token that GitHub did not accept is not used again. */
  forget(name: TokenName, token: string): void {
    const key = keyOf(name);
    if (this.#cached.get(key)?.token === token) this.#cached.delete(key);
  }

  forgetAll(installationId: number): void {
    for (const purpose of ['read', 'write_checks'] as const) this.#cached.delete(keyOf({ installationId, purpose }));
  }

  /** A new token for the contents of one repository. */
  async createForContents(installationId: number, repositoryId: number): Promise<string> {
    const permissions = { contents: 'read', metadata: 'read' };
    return (await this.#create({ installationId, permissions, repositoryIds: [repositoryId] })).token;
  }

  async #createFor({ installationId, purpose }: TokenName, grant: string): Promise<CachedToken> {
    const route = 'GET /app/installations/{installation_id}';
    const parameters = { installation_id: installationId };
    const granted = await this.#app.rest({ route, parameters, data: installation }).catch((error: unknown) => {
      throw error instanceof NotFoundError ? new SuspendedError('There is no such installation any more.') : error;
    });
    if (granted.suspended_at) throw new SuspendedError('The installation is suspended.');
    const permissions = purpose === 'read' ? readable(granted.permissions) : { checks: 'write' };
    const created = { ...(await this.#create({ installationId, permissions })), grant };
    for (const [id, { expiresAt }] of this.#cached) if (expiresAt.getTime() < Date.now()) this.#cached.delete(id);
    this.#cached.set(keyOf({ installationId, purpose }), created);
    return created;
  }

  async #create(request: TokenRequest): Promise<Token> {
    try {
      return await this.#authentication.createToken(request);
    } catch (error) {
      const answer = answerOf(error);
      const name = 'POST /app/installations/{installation_id}/access_tokens';
      if (!answer) throw noAnswer(name, error);
      if (answer.status === 404) throw new SuspendedError('There is no such installation any more.');
      if (answer.status === 401) throw new AppRefusedError(name);
      // A repository that the installation does not have, or a permission that it was not granted.
      if (answer.status === 422) throw new ForbiddenError(`${name}: not granted to the installation`);
      throw failureOf(name, answer);
    }
  }
}

function keyOf({ installationId, purpose }: TokenName): string {
  return `${installationId} ${purpose}`;
}

function readable(permissions: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(permissions).filter((name) => !unreadable.has(name));
  return Object.fromEntries(names.map((name) => [name, 'read']));
}
