import { fileErrorText } from '../io/fileError.ts';
import { exit } from './context.ts';

/** What ends a command before it has: a signal, a reader that has gone, a disk that is full. */
export interface Endings {
  /** Aborted by each of them once `takeInterruptions` was called; until then they end the process. */
  readonly signal: AbortSignal;
  readonly takeInterruptions: () => void;
  /** The exit status of a command that ended with this one: a failure where its output could not be written. */
  readonly statusAfter: (status: number) => number;
}

/** What is used of the process. */
export interface EndingProcess {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
  exit(status: number): void;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/**
 * Watches the outputs from now on and, once a command takes interruptions, the signals. A reader that has seen enough, such
 * as head, is no error; one sentence tells of any other.
 */
export function watchEndings(process: EndingProcess): Endings {
  const interruption = new AbortController();
  let taken = false;
  let signalled = false;
  let failed = false;

  const onSignal = () => {
    if (signalled) process.exit(exit.interrupted);
    signalled = true;
    interruption.abort();
  };
  const end = (status: number) => {
    if (taken) interruption.abort();
    else process.exit(status);
  };
  // Every further write fails again.
  const onError = (output: string) => (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return end(exit.ok);
    if (!failed && output !== 'error') {
      process.stderr.write(`compact-rnn: standard ${output} could not be written: ${fileErrorText(error)}\n`);
    }
    failed = true;
    end(exit.failure);
  };
  process.stdout.on('error', onError('output'));
  process.stderr.on('error', onError('error'));

  return {
    signal: interruption.signal,
    takeInterruptions() {
      if (taken) return;
      taken = true;
      process.on('SIGINT', onSignal);
      process.on('SIGTERM', onSignal);
    },
    statusAfter: (status) => (failed ? exit.failure : status),
  };
}
