import { InputError } from '../../errors.ts';
import { startThread, type Thread } from './host.ts';
import type { Reply, Request } from './messages.ts';

/** Threads that are asked together and answer together. When one of them ends, all do. */
export class Crew {
  readonly #threads: Thread[] = [];
  #ended: Error | null = null;
  /** The answers that are awaited. */
  #replies: (unknown | undefined)[] = [];
  #settle: { resolve(): void; reject(error: Error): void } | null = null;

  /** Starts threads. Throws InputError where memory cannot be shared, and what keeps a thread from starting. */
  static async start(count: number): Promise<Crew> {
    const crew = new Crew();
    try {
      const ready = crew.#awaitAll(count);
      // Awaited below, after threads that may fail to start.
      ready.catch(() => {});
      for (let i = 0; i < count; i++) {
        const thread = await startThread({
          onMessage: (message) => crew.#answered(i, message),
          onFailure: (error) => void crew.end(error),
        });
        crew.#threads.push(thread);
      }
      await ready;
    } catch (error) {
      await crew.end(error as Error);
      throw error;
    }
    crew.#hold(false);
    return crew;
  }

  get size(): number {
    return this.#threads.length;
  }

  /** Asks each thread something, and waits for all answers. Throws InputError for what cannot be sent, and what ended a thread. */
  async ask(requestOf: (thread: number) => Request): Promise<Reply[]> {
    if (this.#ended !== null) throw this.#ended;
    const all = this.#awaitAll(this.size);
    this.#hold(true);
    try {
      this.#threads.forEach((thread, i) => {
        thread.post(requestOf(i));
      });
    } catch (cause) {
      const text = `parallelTrainer: something cannot be sent to a thread: ${(cause as Error).message}`;
      void this.end(new InputError(text, { cause }));
    }
    await all;
    this.#hold(false);
    return this.#replies as Reply[];
  }

  /** Ends all threads, at once. What is awaited, or asked later, fails with `reason`. */
  async end(reason: Error): Promise<void> {
    if (this.#ended === null) {
      this.#ended = reason;
      this.#settle?.reject(reason);
    }
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #awaitAll(count: number): Promise<void> {
    this.#replies = new Array(count).fill(undefined);
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  #answered(thread: number, message: unknown): void {
    this.#replies[thread] = message;
    if (this.#replies.every((reply) => reply !== undefined)) this.#settle?.resolve();
  }

  #hold(wanted: boolean): void {
    for (const thread of this.#threads) thread.hold(wanted);
  }
}
