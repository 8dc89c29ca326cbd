import { z } from 'zod';

/** What the benchmark asks of the load generator, which is a process of its own. */
export interface LoadOrder {
  port: number;
  path: string;
  connections: number;
  seconds: number;
  /** Requests a second, sent on a fixed schedule; unset: as many as the server takes. */
  rate?: number;
}

export const loadResult = z.object({
  requests: z.number(),
  perSecond: z.number(),
  /** Milliseconds from the time at which a request was due, so that a stall counts for all whom it kept waiting. */
  p50: z.number(),
  p99: z.number(),
  /** How often each status was answered. */
  statuses: z.record(z.string(), z.number()),
});

export type LoadResult = z.infer<typeof loadResult>;
