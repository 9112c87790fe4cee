import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** What is trained on several threads. Functions cannot be sent to a thread: each makes the task from a module of its own. */
export interface ParallelTask<Batch = unknown> {
  /** The mean loss over the items of a batch, a scalar. Whatever is drawn at random comes from the batch. */
  loss(parameters: Tensors, batch: Batch): Tensor;
  /** How many items `loss` is the mean over, such as sequences or frames. A batch without any is left out. */
  items(batch: Batch): number;
  /** An optimizer of these parameters; each thread makes one for its part of all. */
  optimizer(parameters: Tensors): Optimizer;
}

/** The default export of a task's module. */
export type TaskFactory<Batch = unknown, Options = unknown> = (
  options: Options,
) => ParallelTask<Batch> | Promise<ParallelTask<Batch>>;

/** Loads a module and makes its task. Throws InputError when it cannot be loaded or exports no such function. */
export async function loadTask<Batch>(module: string, options: unknown): Promise<ParallelTask<Batch>> {
  let exported: { readonly default?: unknown };
  try {
    exported = await import(/* webpackIgnore: true */ /* @vite-ignore */ module);
  } catch (cause) {
    const text = `The module ${module} could not be loaded: ${(cause as Error).message}`;
    throw new InputError(shortened(text), { cause });
  }
  const name = shortened(module);
  if (typeof exported.default !== 'function') {
    throw new InputError(
      `The default export of ${name} is ${describe(exported.default)}, expected a function that makes a task.`,
    );
  }
  const task = await (exported.default as TaskFactory<Batch>)(options);
  checkTask(task, `The task of ${name}`);
  return task;
}

/** Throws InputError, which begins with `name`, when one of a task's functions is missing. */
export function checkTask(task: ParallelTask, name: string): void {
  for (const part of ['loss', 'items', 'optimizer'] as const) {
    if (typeof task?.[part] !== 'function') {
      throw new InputError(`${name} has ${describe(task?.[part])} as ${part}, expected a function.`);
    }
  }
}

const describe = (value: unknown): string => (value === undefined ? 'nothing' : `of type ${typeof value}`);

/** Bundlers make data: URLs of modules, which hold all of their text. */
const shortened = (text: string): string => text.replace(/(data:\S{40})\S+/g, '$1…');
