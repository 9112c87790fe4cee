import type { Tensors } from '../../autograd/grad.ts';
import type { Profile } from '../../autograd/profile.ts';
import { InputError } from '../../errors.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import type { StepOptions, StepResult } from '../step.ts';
import { LocalTrainer } from './localTrainer.ts';
import { checkTask, loadTask, type ParallelTask } from './task.ts';
import { ThreadedTrainer } from './threadedTrainer.ts';
import { WaitingTrainer } from './waitingTrainer.ts';

/** A task by the module that makes it, for any number of threads, or the task itself, for the calling thread alone. */
export type ParallelOptions<Batch = unknown> = ParallelModuleOptions | ParallelTaskOptions<Batch>;

/** A `URL` or its text. Not by the name URL, which types without those of pages or Node do not have. */
type ModuleUrl = string | { readonly href: string };

/** What is trained, in how many parts. */
interface SharedOptions {
  readonly parameters: Tensors;
  /** Parts of every batch, 2 unless given. They, and not the threads, decide the result. */
  readonly shards?: number;
}

/** A task that every thread loads from its module. */
export interface ParallelModuleOptions extends SharedOptions {
  /** Absolute URL of the module whose default export makes the task (`ParallelTask`); every thread loads it. */
  readonly module: ModuleUrl;
  /** What that function is given, on every thread: of a kind that can be sent to a thread. */
  readonly options?: unknown;
  /** Threads that compute, one for each shard unless given, and no more than that. With 1 it is the calling thread. */
  readonly threads?: number;
  readonly task?: undefined;
}

/** A task that is given itself. */
export interface ParallelTaskOptions<Batch = unknown> extends SharedOptions {
  /** In place of `module`, where that cannot be loaded by its URL, as in a bundle. */
  readonly task: ParallelTask<Batch>;
  /** Always the calling thread: another one could not be sent the functions. */
  readonly threads?: 1;
  readonly module?: undefined;
  readonly options?: undefined;
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
 * On a GPU there is one thread. Throws InputError for a module that makes no task, or a task itself with more than one thread,
 * counts that are not whole and positive, and where threads cannot share memory, or numbers.
 */
export async function parallelTrainer<Batch>(
  request: ParallelOptions<Batch>,
): Promise<ParallelTrainer<Batch>> {
  const { parameters, shards = 2, threads = request.task === undefined ? shards : 1 } = request;
  for (const [name, value] of Object.entries({ shards, threads })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new InputError(`parallelTrainer: ${name} is ${value}, expected a whole number of at least 1.`);
    }
  }
  const source = sourceOf(request, threads);
  const task = source.task ?? (await loadTask<Batch>(source.module, source.options));
  const waits = Object.values(parameters).find(({ backend }) => !backend.readsAtOnce);
  if (waits !== undefined) {
    if (Math.min(threads, shards) > 1) {
      throw new InputError(
        `parallelTrainer: threads is ${threads} with parameters on ${waits.backend.name}, expected 1.`,
      );
    }
    return new WaitingTrainer(task, parameters, shards);
  }
  if (source.task !== undefined || Math.min(threads, shards) === 1) {
    return new LocalTrainer(task, parameters, shards);
  }
  const { module, options } = source;
  const setup = { task, module, options, parameters, shards, threads: Math.min(threads, shards) };
  return ThreadedTrainer.start(setup);
}

/** Where the task comes from. Throws InputError unless it is one place, from which as many threads can have it. */
function sourceOf<Batch>({ module, options, task }: ParallelOptions<Batch>, threads: number) {
  if ((module === undefined) === (task === undefined)) {
    const found = task === undefined ? 'neither module nor task is' : 'module and task are both';
    throw new InputError(`parallelTrainer: ${found} given, expected one of them.`);
  }
  if (task === undefined) return { module: absolute(module!), options };
  if (threads > 1) {
    throw new InputError(
      `parallelTrainer: threads is ${threads} with task, expected 1, or module, of which every thread makes the task.`,
    );
  }
  checkTask(task, 'parallelTrainer: task');
  return { task };
}

function absolute(module: ModuleUrl): string {
  try {
    return new URL(typeof module === 'string' ? module : module.href).href;
  } catch {
    throw new InputError(
      `parallelTrainer: module is ${module}, expected an absolute URL such as new URL('./task.js', import.meta.url).`,
    );
  }
}
