import pg from 'pg';

// Any number that nothing else locks in this database.
const LOCK = 5_348_697_001;
const RETRY_MS = 1_000;

/** Says, by a shared lock that ends with the process, that somebody uses the server. */
export class Usage {
  readonly #url: string;
  #client: pg.Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #over = false;

  constructor(url: string) {
    this.#url = url;
  }

  async begin(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: 5_000,
      application_name: 'shiplog-usage',
    });
    client.on('error', () => {});
    await client.connect();
    await client.query(`select pg_advisory_lock_shared(${LOCK})`);
    this.#client = client;
    client.once('end', () => this.#beginAgain());
  }

  /** Ends the use. @returns whether it was the last one, as long as nobody can begin another */
  async end(): Promise<boolean> {
    this.#over = true;
    clearTimeout(this.#retry);
    try {
      return (await this.#client?.query<{ last: boolean }>(endUse))?.rows[0]?.last === true;
    } catch {
      return false;
    } finally {
      await this.#client?.end().catch(() => {});
    }
  }

  // The server forgets its locks when it recovers from a crash of its own.
  #beginAgain(): void {
    this.#client = undefined;
    if (this.#over) return;
    this.#retry = setTimeout(() => {
      this.begin().catch(() => this.#beginAgain());
    }, RETRY_MS).unref();
  }
}

const endUse = `
  select released and pg_try_advisory_lock(${LOCK}) as last
  from (select pg_advisory_unlock_shared(${LOCK}) as released offset 0) own`;
