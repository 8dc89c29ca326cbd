import type { IncomingMessage } from 'node:http';
import type { Caller } from './tokens.ts';

/** A request as it came in over HTTP. */
export interface StandInRequest {
  readonly method: string;
  /** Without the `/api/v3` in front. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly caller: Caller;
  /** Where REST begins, for links. */
  readonly apiUrl: string;
}

export interface StandInResponse {
  readonly status: number;
  readonly body?: unknown;
  /** Instead of a body: what is no JSON. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is not the one asked for. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}
