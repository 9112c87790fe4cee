import type { Tensors } from '../../autograd/grad.ts';
import type { Profile } from '../../autograd/profile.ts';
import { InputError } from '../../errors.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import type { StepOptions, StepResult } from '../step.ts';
import { LocalTrainer } from './localTrainer.ts';
import { loadTask } from './task.ts';
import { ThreadedTrainer } from './threadedTrainer.ts';
import { WaitingTrainer } from './waitingTrainer.ts';

/** What `parallelTrainer` trains, and on how many threads. */
export interface ParallelOptions {
  /** Absolute URL of the module whose default export makes the task (`ParallelTask`); every thread loads it. */
  readonly module: URL | string;
  /** What that function is given, on every thread: of a kind that can be sent to a thread. */
  readonly options?: unknown;
  readonly parameters: Tensors;
  /** Parts of every batch, 2 unless given. They, and not the threads, decide the result. */
  readonly shards?: number;
  /** Threads that compute, one for each shard unless given, and no more than that. With 1 it is the calling thread. */
  readonly threads?: number;
}

/** `StepOptions`, and where to count the time of each op. */
export interface ParallelStepOptions extends StepOptions {
  /** Where the milliseconds of each op on all threads are added. */
  readonly profile?: Profile;
}

/** A training whose batches are computed in parts, side by side. */
export interface ParallelTrainer<Batch> {
  /** `pull` brings them to date; what the caller overwrites counts from the next step on. */
  readonly parameters: Tensors;
  readonly optimizer: Optimizer;
  /**
   * One update, like `trainStep`, on the mean loss over all items of `batches`, one for each shard. Throws what the loss
   * throws, with parameters and optimizer as they were, and InputError when the items are not whole numbers or there
   * are none.
   */
  step(batches: readonly Batch[], options: ParallelStepOptions): Promise<StepResult>;
  /**
   * Where the first number that is not finite comes from when the losses of `batches` are computed and differentiated once
   * more, on the calling thread; undefined where all are finite, and on a GPU.
   */
  explain(batches: readonly Batch[]): Promise<string | undefined>;
  /** Brings `parameters` and the state of `optimizer` to date, before they are read. */
  pull(): Promise<void>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * Trains on several threads: every batch is given in `shards` parts, whose gradients are computed side by side and summed
 * in their order, so that one thread and several give the same numbers to the last bit.
 * On a GPU there is one thread. Throws InputError for a module that makes no task, counts that are not whole and positive,
 * and where threads cannot share memory, or numbers.
 */
export async function parallelTrainer<Batch>(request: ParallelOptions): Promise<ParallelTrainer<Batch>> {
  const { parameters, options, shards = 2, threads = shards } = request;
  for (const [name, value] of Object.entries({ shards, threads })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new InputError(`parallelTrainer: ${name} is ${value}, expected a whole number of at least 1.`);
    }
  }
  const module = absolute(request.module);
  const task = await loadTask<Batch>(module, options);
  const waits = Object.values(parameters).find(({ backend }) => !backend.readsAtOnce);
  if (waits !== undefined) {
    if (Math.min(threads, shards) > 1) {
      throw new InputError(
        `parallelTrainer: threads is ${threads} with parameters on ${waits.backend.name}, expected 1.`,
      );
    }
    return new WaitingTrainer(task, parameters, shards);
  }
  if (Math.min(threads, shards) === 1) return new LocalTrainer(task, parameters, shards);
  const setup = { task, module, options, parameters, shards, threads: Math.min(threads, shards) };
  return ThreadedTrainer.start(setup);
}

function absolute(module: URL | string): string {
  try {
    return new URL(module).href;
  } catch {
    throw new InputError(
      `parallelTrainer: module is ${module}, expected an absolute URL such as new URL('./task.js', import.meta.url).`,
    );
  }
}
