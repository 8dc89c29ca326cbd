import { destination, type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

/** The keys that log lines may carry: ids, names and durations. Never a body, a token, a cookie or a signature. */
export interface LogFields {
  guid?: string;
  event?: string;
  action?: string;
  tenant?: number;
  job?: string;
  queue?: string;
  deliveries?: number;
  facts?: number;
  attempts?: number;
  request?: string;
  method?: string;
  /** The pattern of a path: the path itself has names, and the address of what is shared. */
  route?: string;
  status?: number;
  bytes?: number;
  /** By table. */
  rows?: Readonly<Record<string, number>>;
  duration_ms?: number;
  signal?: string;
  port?: number;
  err?: unknown;
}

export interface LoggingOptions {
  level: string;
  format: 'json' | 'pretty';
}

export function createLogger({ level, format }: LoggingOptions): Logger {
  const options = { level, base: null, timestamp: stdTimeFunctions.isoTime, serializers: { err: describeError } };
  if (format === 'pretty') {
    return pino({ ...options, transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname' } } });
  }
  // While one write is under way, the next lines gather: a line at a time would cost a request more than its signature.
  return pino(options, destination({ sync: false }));
}

/** An error's name, message, code and stack: its other properties may hold request bodies or query parameters. */
function describeError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const known = ['name', 'message', 'code', 'stack'] as const;
  // Not only instances of Error: the queue emits copies of its errors.
  const fields: Partial<Record<(typeof known)[number], unknown>> = error;
  return Object.fromEntries(known.map((key) => [key, fields[key]]).filter(([, value]) => value !== undefined));
}
