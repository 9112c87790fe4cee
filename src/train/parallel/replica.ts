import { accumulate } from '../../autograd/accumulate.ts';
import { type Tensors, valueAndGrad } from '../../autograd/grad.ts';
import { openContext } from '../../autograd/op.ts';
import { multiply } from '../../ops/multiply.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import { scope } from '../../tensor/scope.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { StepOptions, StepResult } from '../step.ts';
import type { Exchange } from './exchange.ts';
import type { Moments } from './messages.ts';
import { divideParameters } from './ownership.ts';
import type { ParallelTask } from './task.ts';

/** What one thread does in a step. */
export interface Work<Batch> extends StepOptions {
  /** What each shard's loss counts for in the loss of all; 0 for a shard that is left out. They add up to 1. */
  readonly shares: readonly number[];
  /** The batches of this thread's shards. */
  readonly batches: ReadonlyMap<number, Batch>;
}

/** Thrown on the threads that were well, when a step failed on another one. */
export class Abandoned extends Error {}

/**
 * One thread's copy of a training. It differentiates its own shards; then it sums and updates the parameters that it
 * owns, and takes the others from their owners (Rajbhandari et al. 2020, ZeRO). Every sum goes by the order of shards or
 * of parameters, so that the number of threads changes no bit.
 */
export class Replica<Batch> {
  readonly optimizer: Optimizer;
  /** Whether an update was begun and failed: the parameters are then neither those of before nor of after. */
  damaged = false;
  readonly #task: ParallelTask<Batch>;
  readonly #parameters: Tensors;
  readonly #owned: Tensors;
  readonly #others: Tensors;
  readonly #exchange: Exchange;
  /** Whether the owners of the other parameters have updated them since they were taken over. */
  #behind = false;

  /** Made outside scopes, because the optimizer's state is to stay. */
  constructor(task: ParallelTask<Batch>, parameters: Tensors, exchange: Exchange, thread: number) {
    const sizes = new Map(Object.entries(parameters).map(([name, { size }]) => [name, size]));
    const owned = new Set(divideParameters(sizes, exchange.threads)[thread]);
    this.#task = task;
    this.#parameters = parameters;
    this.#owned = pick(parameters, (name) => owned.has(name));
    this.#others = pick(parameters, (name) => !owned.has(name));
    this.#exchange = exchange;
    this.optimizer = task.optimizer(this.#owned);
  }

  /** One update, like `trainStep`. Throws what a loss throws, with everything as it was before. */
  step({ shares, batches, learningRate, clipNorm = Infinity }: Work<Batch>): StepResult {
    // Meet first: a thread that started at once on the caller's core would delay the requests to the others by milliseconds.
    this.#exchange.barrier.meet(true);
    return scope(() => {
      const own = this.#together(() => {
        if (this.#behind) this.#receiveParameters(this.#others);
        return this.#differentiate(shares, batches);
      });
      const sums = this.#together(() => this.#sum(shares, own));
      const { losses, squares } = this.#exchange;
      const loss = losses.reduce((total, part) => total + part, 0);
      const norm = Math.sqrt(squares.reduce((total, square) => total + square, 0));
      const applied = Number.isFinite(loss) && Number.isFinite(norm);
      if (applied) this.#update(sums, norm > clipNorm ? clipNorm / norm : 1, learningRate);
      return { loss, norm, applied };
    });
  }

  /** Takes from the caller what it overwrote: parameters, some of the moments, and the count of updates. */
  load(moments: Moments, step: number): void {
    this.#receiveParameters(this.#parameters);
    const { state } = this.optimizer;
    for (const [name, values] of Object.entries(moments)) state.tensors[name].storage.overwrite(values);
    state.step = step;
  }

  /** Does a part of the step, and goes on when every thread has done it. Throws on all of them when it throws on one. */
  #together<T>(part: () => T): T {
    let result: T;
    try {
      result = part();
    } catch (error) {
      this.#exchange.barrier.meet(false);
      throw error;
    }
    if (!this.#exchange.barrier.meet(true)) throw new Abandoned();
    return result;
  }

  /** Gradients of this thread's shards; those that others own are put where they find them. */
  #differentiate(shares: readonly number[], batches: ReadonlyMap<number, Batch>): Map<number, Tensors> {
    const { losses } = this.#exchange;
    const own = new Map<number, Tensors>();
    for (const [shard, batch] of batches) {
      losses[shard] = 0;
      if (shares[shard] === 0) continue;
      const part = (parameters: Tensors): Tensor => {
        const mean = this.#task.loss(parameters, batch);
        return shares[shard] === 1 ? mean : multiply(mean, shares[shard]);
      };
      const { value, grads } = valueAndGrad(part)(this.#parameters);
      losses[shard] = value.item();
      own.set(shard, grads);
      for (const name of Object.keys(this.#others)) {
        grads[name].storage.readInto(this.#exchange.gradient(shard, name), grads[name].offset);
      }
    }
    return own;
  }

  /** Sums the gradients of this thread's parameters over all shards, and tells their squares. */
  #sum(shares: readonly number[], own: ReadonlyMap<number, Tensors>): Tensors {
    const { squares } = this.#exchange;
    const shards = [...shares.keys()].filter((shard) => shares[shard] !== 0);
    const sums: Record<string, Tensor> = {};
    Object.keys(this.#parameters).forEach((name, i) => {
      if (this.#owned[name] === undefined) return;
      const sum = shards
        .map((shard) => own.get(shard)?.[name] ?? this.#receive(shard, name))
        .reduce(accumulate);
      const context = openContext(sum);
      squares[i] = context.kernels.sumSquares(context.buffer(sum), sum.size);
      sums[name] = sum;
    });
    return sums;
  }

  /** The gradient of a parameter on a shard of another thread. */
  #receive(shard: number, name: string): Tensor {
    const { shape } = this.#owned[name];
    const grad = openContext(this.#owned[name]).allocate(shape);
    grad.storage.overwrite(this.#exchange.gradient(shard, name));
    return grad;
  }

  /** Updates this thread's parameters, and puts them where the others find them. */
  #update(grads: Tensors, scale: number, learningRate: number): void {
    const scaled = Object.entries(grads).map(([name, grad]) => [
      name,
      scale === 1 ? grad : multiply(grad, scale),
    ]);
    this.damaged = true;
    this.optimizer.update(this.#owned, Object.fromEntries(scaled), learningRate);
    this.damaged = false;
    if (this.#exchange.threads === 1) return;
    for (const [name, { storage, offset }] of Object.entries(this.#owned)) {
      storage.readInto(this.#exchange.parameter(name), offset);
    }
    this.#behind = true;
  }

  #receiveParameters(which: Tensors): void {
    for (const [name, { storage }] of Object.entries(which)) {
      storage.overwrite(this.#exchange.parameter(name));
    }
    this.#behind = false;
  }
}

const pick = (tensors: Tensors, wanted: (name: string) => boolean): Tensors =>
  Object.fromEntries(Object.entries(tensors).filter(([name]) => wanted(name)));
