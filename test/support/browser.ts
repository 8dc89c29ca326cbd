import type { Api } from '../../src/http/api/api-env.ts';

const HOST = 'https://shiplog.test';

/** A browser of one person: it keeps cookies, as a browser does, and goes where it is sent, when told. */
export class Browser {
  readonly #api: Api;
  readonly cookies = new Map<string, string>();

  constructor(api: Api) {
    this.#api = api;
  }

  async open(path: string, { method = 'GET', headers = {}, body }: BrowserRequest = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await this.#api.request(new URL(path, HOST).href, {
      method,
      headers: {
        ...(cookie && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const set of response.headers.getSetCookie()) this.#keep(set);
    return response;
  }

  /** Logs in at a GitHub that knows who sits here. @returns the answer to the callback */
  async logIn(path = '/login'): Promise<Response> {
    return this.open(await this.askGitHub(await this.open(path)));
  }

  /** @returns where GitHub sends the browser back to */
  async askGitHub(begun: Response): Promise<string> {
    const answer = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`GitHub answered ${answer.status}`);
    return location;
  }

  async csrfToken(): Promise<string> {
    const me: unknown = await (await this.open('/api/v1/me')).json();
    return typeof me === 'object' && me !== null && 'csrf_token' in me ? String(me.csrf_token) : '';
  }

  #keep(set: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
    if (/max-age=0/i.test(set)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

interface BrowserRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
