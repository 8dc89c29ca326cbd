import { parentPort, workerData } from 'node:worker_threads';
import { connectQueue } from '../queue.ts';
import { createStoreGroup } from './delivery-store.ts';
import { connectStorage } from './storage-connections.ts';
import { type StorageThreadData, type StoreReply, type StoreRequest, unpackDeliveries } from './storage-messages.ts';

// The entry of the storage thread, which storage-thread.ts starts. What comes before it listens waits for it.
const { databaseUrl } = workerData as StorageThreadData;
const db = connectStorage(databaseUrl);
const queue = await connectQueue(db);
const storeGroup = createStoreGroup(db, queue);

parentPort?.on('message', (message: StoreRequest | 'stop') => {
  if (message === 'stop') void stop();
  else void store(message);
});

async function store(request: StoreRequest): Promise<void> {
  const reply = await replyTo(request);
  parentPort?.postMessage(reply);
}

async function replyTo(request: StoreRequest): Promise<StoreReply> {
  const { id } = request;
  try {
    return { id, stored: await storeGroup(unpackDeliveries(request)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    return { id, failure: { message: error instanceof Error ? error.message : String(error), code } };
  }
}

async function stop(): Promise<void> {
  await queue.stop({ graceful: false });
  await db.destroy();
  parentPort?.close();
}
