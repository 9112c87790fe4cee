import { InputError } from '../../errors.ts';
import { nodePort, startNodeThread } from './nodeHost.ts';
import { startWebThread, webPort } from './webHost.ts';

/** A thread, as the one that started it sees it. */
export interface Thread {
  post(message: unknown): void;
  /** Whether a program that has nothing else to do waits for this thread. */
  hold(wanted: boolean): void;
  end(): Promise<void>;
}

/** Called by a thread, on the side that started it. */
export interface ThreadEvents {
  onMessage(message: unknown): void;
  /** The thread ended by an error, or without having been asked to. */
  onFailure(error: Error): void;
}

/** How a thread speaks with its starter. */
export interface Port {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** Starts a thread for shards. Throws InputError where memory cannot be shared. */
export function startThread(events: ThreadEvents): Promise<Thread> {
  if (isNode()) return startNodeThread(events);
  const page = globalThis as { Worker?: unknown; crossOriginIsolated?: boolean };
  if (page.Worker === undefined || page.crossOriginIsolated !== true) {
    throw new InputError(
      'parallelTrainer: threads share memory, which a page may only when it is served with the headers ' +
        'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp; expected those, or threads: 1.',
    );
  }
  return startWebThread(events);
}

/** In a thread that `startThread` started: the way to its starter. */
export const openPort = (): Promise<Port> => (isNode() ? nodePort() : webPort());

const isNode = (): boolean =>
  (globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node !== undefined;
