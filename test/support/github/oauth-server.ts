import { createHash, randomBytes } from 'node:crypto';
import type { Tokens } from './tokens.ts';
import type { Person } from './truth/person.ts';

interface Grant {
  readonly person: Person;
  readonly redirectUri: string;
  readonly challenge: string;
}

export interface OAuthAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** GitHub's web flow for a GitHub App, with PKCE: https://docs.github.com/apps, "user access token". */
export class OAuthServer {
  readonly clientId = 'Iv1.0123456789abcdef';
  readonly clientSecret = 'a client secret of the stand-in';
  /** Exactly what is registered with the App. */
  readonly callbackUrls: string[] = [];
  /** Who sits at the browser; null: they do not agree. */
  person: Person | null = null;
  readonly #tokens: Tokens;
  readonly #grants = new Map<string, Grant>();

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  answer(request: { method: string; path: string; query: URLSearchParams; body: URLSearchParams }): OAuthAnswer {
    const { method, path, query, body } = request;
    if (method === 'GET' && path === '/login/oauth/authorize') return this.#authorize(query);
    if (method === 'POST' && path === '/login/oauth/access_token') return { status: 200, body: this.#exchange(body) };
    return { status: 404 };
  }

  #authorize(query: URLSearchParams): OAuthAnswer {
    const redirectUri = query.get('redirect_uri') ?? '';
    const challenge = query.get('code_challenge') ?? '';
    if (query.get('client_id') !== this.clientId) return { status: 404 };
    // GitHub shows a page of its own, and sends nobody anywhere.
    if (!this.callbackUrls.includes(redirectUri)) return { status: 400 };
    if (!query.get('state') || query.get('code_challenge_method') !== 'S256' || challenge === '') {
      return { status: 400 };
    }
    const location = new URL(redirectUri);
    location.searchParams.set('state', query.get('state') ?? '');
    if (this.person === null) {
      location.searchParams.set('error', 'access_denied');
      location.searchParams.set('error_description', 'The user has denied your application access.');
      return { status: 302, headers: { location: location.href } };
    }
    const code = randomBytes(10).toString('hex');
    this.#grants.set(code, { person: this.person, redirectUri, challenge });
    location.searchParams.set('code', code);
    return { status: 302, headers: { location: location.href } };
  }

  /** GitHub answers 200 also where it refuses. */
  #exchange(body: URLSearchParams): object {
    if (body.get('client_id') !== this.clientId || body.get('client_secret') !== this.clientSecret) {
      return { error: 'incorrect_client_credentials', error_description: 'The client_id is not right.' };
    }
    const code = body.get('code') ?? '';
    const grant = this.#grants.get(code);
    this.#grants.delete(code);
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    if (!grant || grant.redirectUri !== body.get('redirect_uri') || grant.challenge !== challenge) {
      return { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' };
    }
    const access_token = this.#tokens.createForPerson(grant.person);
    return { access_token, token_type: 'bearer', scope: '', expires_in: 28_800, refresh_token_expires_in: 15_897_600 };
  }
}
