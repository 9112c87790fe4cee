import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { add } from '../../ops/add.ts';
import { multiply } from '../../ops/multiply.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { type StepResult, trainStepAsync } from '../step.ts';
import type { ParallelTask } from './task.ts';
import type { ParallelStepOptions, ParallelTrainer } from './trainer.ts';
import { weigh } from './weigh.ts';

/** All shards as one loss, on a backend whose numbers must be waited for; a profile stays empty, as ops only launch there. */
export class WaitingTrainer<Batch> implements ParallelTrainer<Batch> {
  readonly parameters: Tensors;
  readonly optimizer: Optimizer;
  readonly #task: ParallelTask<Batch>;
  readonly #shards: number;
  #closed = false;

  constructor(task: ParallelTask<Batch>, parameters: Tensors, shards: number) {
    this.#task = task;
    this.#shards = shards;
    this.parameters = parameters;
    this.optimizer = task.optimizer(parameters);
  }

  async step(batches: readonly Batch[], options: ParallelStepOptions): Promise<StepResult> {
    if (this.#closed) throw new InputError('step: the trainer was closed.');
    const shares = weigh(this.#task, batches, this.#shards, options);
    const loss = (parameters: Tensors) =>
      batches
        .flatMap((batch, shard) =>
          shares[shard] === 0 ? [] : [multiply(this.#task.loss(parameters, batch), shares[shard])],
        )
        .reduce((total, own) => add(total, own));
    const { learningRate, clipNorm } = options;
    return trainStepAsync(loss, this.parameters, this.optimizer, { learningRate, clipNorm });
  }

  /** Ops are looked at one by one only where their numbers can be had at once. */
  async explain(): Promise<undefined> {}

  async pull(): Promise<void> {}

  async close(): Promise<void> {
    this.#closed = true;
  }
}
