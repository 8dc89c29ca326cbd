import { randomUUID } from 'node:crypto';
import { NotFoundError } from '../../src/errors.ts';
import type { AppClient, RestRequest } from '../../src/github/github.ts';

interface Attempt {
  readonly id: number;
  readonly guid: string;
  readonly delivered_at: string;
  readonly redelivery: boolean;
  readonly duration: number;
  readonly status: string;
  readonly status_code: number;
  readonly event: string;
  readonly action: string | null;
  readonly installation_id: number | null;
  readonly repository_id: number | null;
  readonly request: { readonly headers: object; readonly payload: object | null };
}

interface NewAttempt {
  readonly guid?: string;
  readonly at?: string;
  readonly statusCode?: number;
  readonly event?: string;
  readonly payload?: object;
  readonly installationId?: number;
}

/** What GitHub tells the App of its hook's deliveries, from memory. */
export class HookDeliveriesApp implements AppClient {
  readonly attempts: Attempt[] = [];
  /** The attempts of which GitHub has forgotten what was sent. */
  readonly forgotten = new Set<number>();
  /** The routes that were asked for. */
  readonly asked: string[] = [];
  pageSize = 100;
  /** Thrown instead of an answer, before it is asked for the nth time. */
  readonly failures = new Map<number, Error>();

  /** @returns the GUID */
  add({ guid = randomUUID(), at = new Date().toISOString(), ...attempt }: NewAttempt = {}): string {
    const { statusCode = 502, event = 'push', payload = {}, installationId = 77 } = attempt;
    this.attempts.unshift({
      id: 1_000 + this.attempts.length,
      guid,
      delivered_at: at,
      redelivery: this.attempts.some((known) => known.guid === guid),
      duration: 0.2,
      status: statusCode === 202 ? 'OK' : 'failed to connect to host',
      status_code: statusCode,
      event,
      action: null,
      installation_id: installationId,
      repository_id: null,
      request: { headers: {}, payload },
    });
    return guid;
  }

  async restPage<Data>(request: RestRequest<Data>) {
    this.#ask(request);
    const cursor = request.parameters?.['cursor'];
    const older = this.attempts.filter(({ id }) => typeof cursor !== 'string' || id < Number(cursor.slice(3)));
    const page = older.slice(0, this.pageSize);
    const last = page.at(-1);
    const next = last && older.length > page.length ? { per_page: '100', cursor: `v1_${last.id}` } : null;
    return { data: request.data.parse(page), next };
  }

  async rest<Data>(request: RestRequest<Data>): Promise<Data> {
    this.#ask(request);
    const id = Number(request.parameters?.['delivery_id']);
    const attempt = this.attempts.find((known) => known.id === id);
    if (!attempt || this.forgotten.has(id)) throw new NotFoundError(`no delivery ${id}`);
    return request.data.parse(attempt);
  }

  restPages(): never {
    throw new Error('not asked for in these tests');
  }

  #ask({ route }: RestRequest<unknown>): void {
    this.asked.push(route);
    const failure = this.failures.get(this.asked.length);
    if (failure) throw failure;
  }
}
