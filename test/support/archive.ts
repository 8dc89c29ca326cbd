import { text } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';

/** The files of a zip, by name. */
export async function readArchive(zip: Buffer): Promise<ReadonlyMap<string, string>> {
  const archive = await fromBufferPromise(zip, {});
  const files = new Map<string, string>();
  for await (const entry of archive.eachEntry()) {
    files.set(entry.fileName, await text(await archive.openReadStreamPromise(entry)));
  }
  return files;
}
