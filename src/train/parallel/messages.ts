import type { FloatArray } from '../../../kernels/types.ts';
import type { BackendName } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import type { StepOptions, StepResult } from '../step.ts';
import type { ExchangeMemory, ParameterLayout } from './exchange.ts';
import { Abandoned } from './replica.ts';

/** What a thread is asked; it answers each with one reply. */
export type Request =
  | {
      readonly kind: 'open';
      readonly module: string;
      readonly options: unknown;
      readonly backend: BackendName;
      readonly parameters: readonly ParameterLayout[];
      readonly memory: ExchangeMemory;
      readonly shards: number;
      readonly threads: number;
      readonly thread: number;
    }
  /** To take the parameters from the shared memory, and these moments. */
  | { readonly kind: 'load'; readonly moments: Moments; readonly step: number }
  | ({
      readonly kind: 'step';
      readonly shares: readonly number[];
      readonly batches: ReadonlyMap<number, unknown>;
      readonly profiled: boolean;
    } & StepOptions)
  /** For the optimizer's state. */
  | { readonly kind: 'read' };

export type Reply =
  | { readonly kind: 'opened'; readonly moments: readonly string[] }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'stepped'; readonly result: StepResult; readonly times: ReadonlyMap<string, number> }
  | { readonly kind: 'moments'; readonly moments: Moments }
  | Failure;

/** Tensors of an optimizer's state by name. */
export type Moments = Readonly<Record<string, FloatArray>>;

/** An error on its way to another thread. */
export interface Failure {
  readonly kind: 'failure';
  readonly message: string;
  readonly stack?: string;
  readonly isInput: boolean;
  /** Whether it is only because of another thread's failure. */
  readonly isEcho: boolean;
  /** Whether the parameters are no longer those of a whole step. */
  readonly damaged: boolean;
}

/** A failure to send to another thread; whatever was thrown that is not an Error becomes the message. */
export function failureOf(error: unknown, damaged: boolean): Failure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const [isInput, isEcho] = [error instanceof InputError, error instanceof Abandoned];
  return { kind: 'failure', message, stack, isInput, isEcho, damaged };
}

/** The error that a thread sent, with its stack there: an InputError where it was one. */
export function errorOf({ message, stack, isInput }: Failure): Error {
  const error = isInput ? new InputError(message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
