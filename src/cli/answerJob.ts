import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { InputError } from '../errors.ts';
import type { ThreadHooks, ThreadMessage } from './modelThread.ts';

/** In a thread that `inThread` started: does the job and sends back events and the outcome, or what went wrong. */
export async function answerJob<Job, Event>(
  work: (job: Job, hooks: ThreadHooks<Event>) => Promise<unknown>,
): Promise<void> {
  const port = parentPort!;
  const send = (message: ThreadMessage<Event>) => port.postMessage(message);
  const interruption = new AbortController();
  const onEvent = (event: Event) => {
    send({ kind: 'event', event });
    // Training may keep the thread busy from start to end, so the message is fetched here rather than waited for.
    if (receiveMessageOnPort(port)?.message === 'abort') interruption.abort();
  };
  try {
    const outcome = await work(workerData as Job, { signal: interruption.signal, onEvent });
    send({ kind: 'outcome', outcome });
  } catch (error) {
    const { message, stack } = error as Error;
    send({ kind: 'failure', message, stack, isInput: error instanceof InputError });
  }
}
