import type { Port, Thread, ThreadEvents } from './host.ts';

/* Threads in pages, and in workers of pages. */

/** Starts a web worker that runs `thread.js`; `onFailure` is told when its script fails or cannot be loaded. */
export async function startWebThread({ onMessage, onFailure }: ThreadEvents): Promise<Thread> {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }) => onMessage(data));
  worker.addEventListener('error', ({ message }) =>
    onFailure(new Error(`A training thread failed: ${message || 'its script could not be loaded'}.`)),
  );
  worker.addEventListener('messageerror', () =>
    onFailure(new Error('An answer of a training thread could not be read.')),
  );
  return {
    post: (message) => worker.postMessage(message),
    // A page lives as long as it is shown.
    hold: () => {},
    end: async () => worker.terminate(),
  };
}

/** The port on which a dedicated web worker hears from the page or worker that started it. */
export async function webPort(): Promise<Port> {
  const scope = globalThis as unknown as DedicatedScope;
  return {
    post: (message, transfer) => scope.postMessage(message, transfer),
    onMessage: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
  };
}

/** The part of a dedicated worker's global scope that is used here. */
interface DedicatedScope {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}
