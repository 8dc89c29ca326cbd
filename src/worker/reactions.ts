import { zstdDecompressSync } from 'node:zlib';
import type { Probot } from 'probot';

export interface ReceivedDelivery {
  readonly guid: string;
  readonly event: string;
  /** Compressed with zstd. */
  readonly body: Buffer;
}

/** What deliveries set off. */
export interface Reactions {
  /** Whether anything is subscribed to it. */
  wants(delivery: { readonly event: string; readonly action: string | null }): boolean;
  /** @throws what its reactions threw, without the payload */
  react(delivery: ReceivedDelivery): Promise<void>;
}

type App = (app: Pick<Probot, 'on'>) => void;

export async function createReactions(probot: Probot, app: App): Promise<Reactions> {
  const subscribed = listSubscriptions(app);
  await probot.load(app);
  return {
    wants: ({ event, action }) => subscribed.has(event) || (action !== null && subscribed.has(`${event}.${action}`)),
    react: async ({ guid, event, body }) => {
      const payload: unknown = JSON.parse(zstdDecompressSync(body).toString());
      try {
        // Probot's types know the events one by one. It was signed by GitHub, and its mapper has looked at it.
        await probot.receive({ id: guid, name: event, payload } as Parameters<Probot['receive']>[0]);
      } catch (error) {
        throw withoutPayload(error);
      }
    },
  };
}

function listSubscriptions(app: App): ReadonlySet<string> {
  const names = new Set<string>();
  const on: Probot['on'] = (subscribed) => {
    for (const name of [subscribed].flat()) names.add(name);
  };
  app({ on });
  return names;
}

/** Probot hangs the event on its errors, and the queue would keep it with the job. */
function withoutPayload(error: unknown): Error {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  if (!(first instanceof Error)) return new Error('a reaction failed');
  const clean = new Error(first.message);
  clean.name = first.name;
  if (first.stack) clean.stack = first.stack;
  return clean;
}
