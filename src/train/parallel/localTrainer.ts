import type { Tensors } from '../../autograd/grad.ts';
import { profile } from '../../autograd/profile.ts';
import { InputError } from '../../errors.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import type { StepResult } from '../step.ts';
import { Exchange, layoutOf, reserveExchange } from './exchange.ts';
import { explainShards } from './explainShards.ts';
import { Replica } from './replica.ts';
import type { ParallelTask } from './task.ts';
import type { ParallelStepOptions, ParallelTrainer } from './trainer.ts';
import { weigh } from './weigh.ts';

/** All shards one after another, on the calling thread. */
export class LocalTrainer<Batch> implements ParallelTrainer<Batch> {
  readonly parameters: Tensors;
  readonly optimizer: Optimizer;
  readonly #task: ParallelTask<Batch>;
  readonly #shards: number;
  readonly #replica: Replica<Batch>;
  #closed = false;

  constructor(task: ParallelTask<Batch>, parameters: Tensors, shards: number) {
    const layout = layoutOf(parameters);
    const exchange = new Exchange(reserveExchange(layout, shards, 1), layout, shards, 1);
    this.#task = task;
    this.#shards = shards;
    this.#replica = new Replica(task, parameters, exchange, 0);
    this.parameters = parameters;
    this.optimizer = this.#replica.optimizer;
  }

  async step(batches: readonly Batch[], options: ParallelStepOptions): Promise<StepResult> {
    if (this.#closed) throw new InputError('step: the trainer was closed.');
    const shares = weigh(this.#task, batches, this.#shards, options);
    const work = { ...options, shares, batches: new Map(batches.entries()) };
    const step = () => this.#replica.step(work);
    return options.profile === undefined ? step() : profile(options.profile, step);
  }

  async explain(batches: readonly Batch[]): Promise<string | undefined> {
    return explainShards(this.#task, this.parameters, batches);
  }

  async pull(): Promise<void> {}

  async close(): Promise<void> {
    this.#closed = true;
  }
}
