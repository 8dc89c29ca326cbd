import pg from 'pg';
import { readStale, STALE_CHANNEL, type StaleRepositories, staleResources } from '../../facts/stale.ts';
import type { Logger } from '../../logging.ts';

const RECONNECT_MS = 1_000;

interface Options {
  /** As the owner of the database; nothing but messages is read. */
  readonly url: string;
  readonly log: Logger;
  /** How often a stream that has nothing to say says so, and whether its reader may still read is looked at. */
  readonly heartbeatMs?: number;
  /** What goes stale within this time is told together. */
  readonly gatherMs?: number;
}

type Listener = (stale: StaleRepositories) => void;

/** What the processes tell each other goes stale: one connection, from the first listener on. */
export class StaleEvents {
  readonly heartbeatMs: number;
  readonly gatherMs: number;
  readonly #options: Options;
  readonly #listeners = new Map<Listener, number>();
  readonly #stopping = new AbortController();
  #connecting: Promise<pg.Client> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.heartbeatMs = options.heartbeatMs ?? 15_000;
    this.gatherMs = options.gatherMs ?? 500;
  }

  /** Aborted when the server stops: streams end. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** @returns what ends it, once everything that is committed from now on is heard */
  async listen(tenantId: number, listener: Listener): Promise<() => void> {
    await (this.#connecting ??= this.#connect());
    this.#listeners.set(listener, tenantId);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    const client = await this.#connecting?.catch(() => undefined);
    await client?.end();
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.#options.url, application_name: 'shiplog-events' });
    client.on('error', (err) => this.#options.log.warn({ err }, 'events broken off, will be heard again'));
    client.on('notification', ({ payload }) => this.#tell(payload ?? ''));
    try {
      await client.connect();
      await client.query(`listen ${STALE_CHANNEL}`);
    } catch (error) {
      this.#connecting = undefined;
      throw error;
    }
    client.on('end', () => this.#onEnd());
    return client;
  }

  #tell(payload: string): void {
    const { tenantId, stale } = readStale(payload);
    for (const [listener, id] of this.#listeners) if (id === tenantId) listener(stale);
  }

  /** What was told in between is lost: so everything may be stale. */
  #onEnd(): void {
    this.#connecting = undefined;
    if (this.stopping.aborted || this.#listeners.size === 0) return;
    setTimeout(() => void this.#reconnect(), RECONNECT_MS).unref();
  }

  async #reconnect(): Promise<void> {
    try {
      await (this.#connecting ??= this.#connect());
      for (const listener of this.#listeners.keys()) listener(new Map([[0, new Set(staleResources)]]));
    } catch (err) {
      this.#options.log.warn({ err }, 'events not heard, will be tried again');
      this.#onEnd();
    }
  }
}
