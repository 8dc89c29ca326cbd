import { parentPort, workerData } from 'node:worker_threads';
import { cleanSvg } from './clean-svg.ts';

// The entry of the thread that sanitize-svg.ts starts.
parentPort?.postMessage(cleanSvg(String(workerData)));
