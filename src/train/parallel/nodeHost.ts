import type { Port, Thread, ThreadEvents } from './host.ts';

/* Threads in Node. */

/** The part of `node:worker_threads` that is used here. */
interface WorkerThreads {
  readonly Worker: new (url: URL, options: { execArgv: string[] }) => NodeWorker;
  readonly parentPort: NodePort | null;
}
interface NodePort {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message' | 'error' | 'exit' | 'messageerror', listener: (value: never) => void): void;
}
interface NodeWorker extends NodePort {
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** Starts a thread of `node:worker_threads` that runs `thread.js`; `onFailure` is told when it fails or exits. */
export async function startNodeThread({ onMessage, onFailure }: ThreadEvents): Promise<Thread> {
  // Not named Worker: Vite would bundle it as a web worker and reject its options.
  const { Worker: NodeThread } = await workerThreads();
  // `--input-type` is valid only for code on the command line; Node refuses it for a worker's file.
  const execArgv = process.execArgv.filter((option) => !option.startsWith('--input-type'));
  const worker = new NodeThread(new URL(/* @vite-ignore */ './thread.js', import.meta.url), { execArgv });
  worker.on('message', onMessage as (message: never) => void);
  worker.on('error', onFailure);
  worker.on('messageerror', onFailure);
  worker.on('exit', (status: number) =>
    onFailure(new Error(`A training thread ended with status ${status} and no result.`)),
  );
  return {
    post: (message) => worker.postMessage(message),
    hold: (wanted) => (wanted ? worker.ref() : worker.unref()),
    end: async () => void (await worker.terminate()),
  };
}

/** The port on which a worker thread of Node hears from the thread that started it. */
export async function nodePort(): Promise<Port> {
  const { parentPort } = await workerThreads();
  const port = parentPort!;
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    onMessage: (listener) => port.on('message', listener as (message: never) => void),
  };
}

/** By a name that bundlers for pages do not follow, since they have no such module. */
const workerThreads = (name = 'node:worker_threads'): Promise<WorkerThreads> =>
  import(/* webpackIgnore: true */ /* @vite-ignore */ name);
