import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Stored, StoreGroup } from './delivery-store.ts';
import { packDeliveries, type StorageThreadData, type StoreReply } from './storage-messages.ts';

/**
 * Compresses and stores deliveries beside the thread that answers requests: half of the work, and most of the garbage,
 * which a small heap of its own collects cheaply.
 */
export interface StorageThread {
  readonly storeGroup: StoreGroup;
  stop(): Promise<void>;
}

/** The deliveries could not be stored; `code` is PostgreSQL's or the system's. */
class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: string | undefined;

  constructor({ message, code }: { message: string; code?: string | undefined }) {
    super(message);
    this.code = code;
  }
}

interface Call {
  resolve: (stored: Stored) => void;
  reject: (error: Error) => void;
}

const STOP_MS = 300;

export function startStorageThread(data: StorageThreadData): StorageThread {
  const calls = new Map<number, Call>();
  let nextId = 0;
  let thread: Worker | undefined = spawnThread();

  function spawnThread(): Worker {
    const started = new Worker(new URL('./storage-worker.ts', import.meta.url), {
      workerData: data,
      // Little outlives a group; V8 would let the garbage grow to ten times this.
      resourceLimits: { maxYoungGenerationSizeMb: 12 },
    });
    let cause = 'the storage thread ended';
    started.on('message', (reply: StoreReply) => settle(calls, reply));
    started.on('error', (error: Error) => {
      cause = `the storage thread failed: ${error.message}`;
    });
    started.on('exit', () => {
      // The next group starts another one.
      thread = undefined;
      for (const { reject } of calls.values()) reject(new StorageError({ message: cause }));
      calls.clear();
    });
    return started;
  }

  return {
    storeGroup: (deliveries) =>
      new Promise((resolve, reject) => {
        const id = nextId;
        nextId += 1;
        calls.set(id, { resolve, reject });
        thread ??= spawnThread();
        const request = packDeliveries(id, deliveries);
        thread.postMessage(request, [request.bodies.buffer]);
      }),
    stop: async () => {
      const stopping = thread;
      if (!stopping) return;
      const exit = once(stopping, 'exit');
      stopping.postMessage('stop');
      // It may still be starting, or wait for a database that is gone.
      const late = setTimeout(() => void stopping.terminate(), STOP_MS);
      await exit;
      clearTimeout(late);
    },
  };
}

function settle(calls: Map<number, Call>, reply: StoreReply): void {
  const call = calls.get(reply.id);
  calls.delete(reply.id);
  if ('stored' in reply) call?.resolve(reply.stored);
  else call?.reject(new StorageError(reply.failure));
}
