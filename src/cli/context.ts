import type { Services } from './services.ts';

/** A place to write to; a terminal is told apart because progress bars can be drawn there. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Everything that a command gets from the process that it runs in. */
export interface Context {
  readonly services: Services;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The working folder: relative paths, `runs` and `.cache` are in it. */
  readonly folder: string;
  /** Aborted when the user interrupts, or the output is read no longer, once `takeInterruptions` was called. */
  readonly signal: AbortSignal;
  /** For a command that saves before it stops: an interruption no longer ends the process, but aborts `signal`. */
  readonly takeInterruptions: () => void;
  /** The command line as it was typed, for the report. */
  readonly commandLine: string;
}

/** Exit statuses: all went well, bad input, wrong usage, interrupted (128 + SIGINT, as shells count). */
export const exit = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Where prepared corpora are kept, in the working folder. */
export const cacheFolder = '.cache';
