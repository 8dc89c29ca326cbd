import type { IncomingMessage } from 'node:http';

/** Memory that bodies may take while they are read and stored, over all requests. */
export class BodyBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

export interface ReadBodyOptions {
  maxBytes: number;
  budget: BodyBudget;
}

/** `aborted`: the sender left before the end, so nobody waits for an answer. */
export type ReadBody = Buffer | 'too large' | 'busy' | 'aborted';

/** Reads a body whole; the caller gives its length back to the budget. */
export function readBody(request: IncomingMessage, { maxBytes, budget }: ReadBodyOptions): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (result: ReadBody) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      if (typeof result === 'string') budget.give(bytes);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      const room = budget.take(chunk.length);
      if (room) bytes += chunk.length;
      if (!room || bytes > maxBytes) {
        settle(room ? 'too large' : 'busy');
        // The rest is thrown away until the server's time for a request is over.
        request.resume();
      } else chunks.push(chunk);
    };
    const onEnd = () => settle(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes));
    const onClose = () => settle('aborted');
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
