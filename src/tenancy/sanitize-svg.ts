import { Worker } from 'node:worker_threads';
import { InvalidPayloadError } from '../errors.ts';

const LONGEST_MS = 5_000;
const MOST_MEMORY_MB = 256;

let last: Promise<unknown> = Promise.resolve();

/**
 * Removes from a picture whatever runs, or loads something from elsewhere.
 * @throws InvalidPayloadError when nothing of a picture is left
 */
export async function sanitizeSvg(svg: Uint8Array): Promise<string> {
  const text = decode(svg);
  // One at a time: each may take all that it is given.
  const turn = last.then(() => inThread(text));
  last = turn.catch(() => {});
  const clean = await turn;
  if (clean === null) throw new InvalidPayloadError('The logo is not an SVG picture, or nothing in it can be shown.');
  return clean;
}

function decode(svg: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(svg);
  } catch {
    throw new InvalidPayloadError('The logo is not text in UTF-8. Save the SVG as UTF-8.');
  }
}

/** Its own heap and its own time: a few bytes can keep a parser busy for minutes. */
async function inThread(svg: string): Promise<string | null> {
  const thread = new Worker(new URL('./svg-worker.ts', import.meta.url), {
    workerData: svg,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<string | null>((resolve, reject) => {
      const refuse = () => reject(new InvalidPayloadError('The logo is too complex. Simplify the SVG, or use PNG.'));
      timer = setTimeout(refuse, LONGEST_MS);
      thread.on('message', resolve).on('error', refuse);
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}
