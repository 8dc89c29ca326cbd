import { parentPort, workerData } from 'node:worker_threads';
import { connectStorage } from './storage-connections.ts';
import { connectQueue } from '../queue.ts';
import { createStoreGroup } from './delivery-store.ts';
import { type StorageThreadData, type StoreReply, type StoreRequest, unpackDeliveries } from './storage-messages.ts';

// The storage thread's entry; storage-thread.ts starts it.
const { databaseUrl } = workerData as StorageThreadData;
const db = connectStorage(databaseUrl);
const queueing = connectQueue(db);
const storing = queueing.then((queue) => createStoreGroup(db, queue));

parentPort?.on('message', (message: StoreRequest | 'stop') => {
  if (message === 'stop') {
    void stop();
  } else {
    void store(message).then((reply) => parentPort?.postMessage(reply));
  }
});

async function store(request: StoreRequest): Promise<StoreReply> {
  const { id } = request;
  try {
    const storeGroup = await storing;
    return { id, stored: await storeGroup(unpackDeliveries(request)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    return { id, failure: { message: error instanceof Error ? error.message : String(error), code } };
  }
}

async function stop(): Promise<void> {
  const queue = await queueing;
  await queue.stop({ graceful: false });
  await db.destroy();
  parentPort?.close();
}
