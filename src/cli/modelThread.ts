import { Worker } from 'node:worker_threads';
import { InputError } from '../errors.ts';
import type { TrainingHooks, TrainingJob, TrainingOutcome } from './services.ts';

/** What whoever has a thread train something listens with. */
export interface ThreadHooks<Event> {
  /** Once aborted, the thread is told. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: Event) => void;
}

/** What a training thread reports; it gets its job as its data, and the message `abort`. */
export type ThreadMessage<Event> =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'outcome'; readonly outcome: unknown }
  | {
      readonly kind: 'failure';
      readonly message: string;
      readonly stack?: string;
      readonly isInput: boolean;
    };

const script = new URL('./trainWorker.js', import.meta.url);

/**
 * Trains a model in a thread of its own, so that several train side by side.
 *
 * @param url the thread's script
 * @throws what the training throws, InputError as such
 */
export function trainInThread(
  job: TrainingJob,
  hooks: TrainingHooks,
  url = script,
): Promise<TrainingOutcome> {
  return inThread(url, job, `model ${job.model}`, hooks);
}

/**
 * Does a job of training in a thread of its own, whose script answers as `answerJob` does.
 *
 * @param what is trained, for an error
 * @throws what the thread throws, InputError as such
 */
export function inThread<Outcome, Event>(
  url: URL,
  job: unknown,
  what: string,
  hooks: ThreadHooks<Event>,
): Promise<Outcome> {
  const thread = new Worker(url, { workerData: job });
  const abort = () => thread.postMessage('abort');
  hooks.signal.addEventListener('abort', abort);
  if (hooks.signal.aborted) abort();
  return new Promise<Outcome>((resolve, reject) => {
    thread.on('message', (message: ThreadMessage<Event>) => {
      if (message.kind === 'event') hooks.onEvent(message.event);
      else if (message.kind === 'outcome') resolve(message.outcome as Outcome);
      else reject(errorOf(message));
    });
    thread.on('error', reject);
    thread.on('exit', (code) => {
      reject(new Error(`the thread that trained ${what} ended with status ${code} and no result`));
    });
  }).finally(() => hooks.signal.removeEventListener('abort', abort));
}

function errorOf({ message, stack, isInput }: ThreadMessage<never> & { kind: 'failure' }): Error {
  const error = isInput ? new InputError(message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
