import { parentPort, workerData } from 'node:worker_threads';
import { readMutated } from './mutations.ts';

/* The thread that reads mutated files, and says which one it is at. */

const { begin, end, at } = workerData as { begin: number; end: number; at: Int32Array };
parentPort!.postMessage(readMutated(begin, end, (index) => Atomics.store(at, 0, index)));
