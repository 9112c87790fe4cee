import type { Tensors } from '../../autograd/grad.ts';
import { defaultBackend } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import type { Storage } from '../../tensor/storage.ts';
import type { StepResult } from '../step.ts';
import { Crew } from './crew.ts';
import { Exchange, layoutOf, reserveExchange } from './exchange.ts';
import { explainShards } from './explainShards.ts';
import { errorOf, type Failure, type Moments, type Reply, type Request } from './messages.ts';
import { threadOfShard } from './ownership.ts';
import type { ParallelTask } from './task.ts';
import type { ParallelModuleOptions, ParallelStepOptions, ParallelTrainer } from './trainer.ts';
import { weigh } from './weigh.ts';

interface Setup<Batch> extends Omit<Required<ParallelModuleOptions>, 'task'> {
  readonly module: string;
  readonly task: ParallelTask<Batch>;
}

/** Shards on threads of their own. The calling thread only asks and waits, and never blocks. */
export class ThreadedTrainer<Batch> implements ParallelTrainer<Batch> {
  readonly parameters: Tensors;
  readonly optimizer: Optimizer;
  readonly #setup: Setup<Batch>;
  readonly #crew: Crew;
  readonly #exchange: Exchange;
  /** Names of the moments that each thread keeps. */
  readonly #moments: readonly (readonly string[])[];
  /** Versions of parameters and moments here when the threads last knew of them: others were overwritten since. */
  readonly #known = new Map<Storage, number>();
  #knownStep = 0;
  #busy = false;

  private constructor(setup: Setup<Batch>, crew: Crew, exchange: Exchange, opened: readonly Reply[]) {
    this.parameters = setup.parameters;
    this.optimizer = setup.task.optimizer(setup.parameters);
    this.#setup = setup;
    this.#crew = crew;
    this.#exchange = exchange;
    this.#moments = opened.map((reply) => (reply as Reply & { kind: 'opened' }).moments);
    const kept = new Set(this.#moments.flat());
    const lost = Object.keys(this.optimizer.state.tensors).find((name) => !kept.has(name));
    if (lost !== undefined) {
      throw new InputError(
        `parallelTrainer: the optimizer keeps ${lost} for all parameters together, expected one that keeps something for each.`,
      );
    }
  }

  static async start<Batch>(setup: Setup<Batch>): Promise<ThreadedTrainer<Batch>> {
    const { module, options, shards, threads } = setup;
    const parameters = layoutOf(setup.parameters);
    const memory = reserveExchange(parameters, shards, threads);
    const exchange = new Exchange(memory, parameters, shards, threads);
    const crew = await Crew.start(threads);
    try {
      const common = { kind: 'open', backend: defaultBackend().name, module, options, parameters } as const;
      const opened = await crew.ask((thread) => ({ ...common, memory, shards, threads, thread }));
      const failure = failureIn(opened);
      if (failure !== undefined) throw errorOf(failure);
      return new ThreadedTrainer(setup, crew, exchange, opened);
    } catch (error) {
      await crew.end(error as Error);
      throw error;
    }
  }

  step(batches: readonly Batch[], options: ParallelStepOptions): Promise<StepResult> {
    return this.#alone(async () => {
      const { task, shards, threads } = this.#setup;
      const shares = weigh(task, batches, shards, options);
      await this.#push();
      const { learningRate, clipNorm, profile } = options;
      const common = {
        kind: 'step',
        shares,
        learningRate,
        clipNorm,
        profiled: profile !== undefined,
      } as const;
      const replies = await this.#ask((thread) => ({
        ...common,
        batches: new Map(
          [...batches.entries()].filter(([i]) => threadOfShard(i, shards, threads) === thread),
        ),
      }));
      const stepped = replies as (Reply & { kind: 'stepped' })[];
      for (const { times } of stepped) {
        for (const [op, time] of times) profile?.set(op, (profile.get(op) ?? 0) + time);
      }
      const [{ result }] = stepped;
      if (result.applied) this.#knownStep = ++this.optimizer.state.step;
      return result;
    });
  }

  async explain(batches: readonly Batch[]): Promise<string | undefined> {
    await this.pull();
    return explainShards(this.#setup.task, this.parameters, batches);
  }

  pull(): Promise<void> {
    return this.#alone(async () => {
      // Before the first step nobody has anything newer.
      if (this.#known.size === 0) return;
      const replies = await this.#ask(() => ({ kind: 'read' }));
      const moments = (replies as (Reply & { kind: 'moments' })[]).map((reply) =>
        Object.entries(reply.moments),
      );
      const newest = [
        ...Object.entries(this.parameters).map(
          ([name, { storage }]) => [storage, this.#exchange.parameter(name)] as const,
        ),
        ...moments
          .flat()
          .map(([name, values]) => [this.optimizer.state.tensors[name].storage, values] as const),
      ];
      for (const [storage, values] of newest) {
        storage.overwrite(values);
        this.#known.set(storage, storage.version);
      }
    });
  }

  close(): Promise<void> {
    return this.#crew.end(new InputError('step: the trainer was closed.'));
  }

  /** Tells the threads what the caller overwrote; at first, everything. */
  async #push(): Promise<void> {
    const { step, tensors } = this.optimizer.state;
    const [parameters, moments] = [this.parameters, tensors].map((all) =>
      Object.entries(all).filter(([, { storage }]) => this.#known.get(storage) !== storage.version),
    );
    if (parameters.length + moments.length === 0 && step === this.#knownStep) return;
    for (const [name, { storage, offset }] of parameters) {
      storage.readInto(this.#exchange.parameter(name), offset);
    }
    const momentsOf = (thread: number): Moments => {
      const own = moments.filter(([name]) => this.#moments[thread].includes(name));
      return Object.fromEntries(own.map(([name, tensor]) => [name, tensor.dataSync()]));
    };
    await this.#ask((thread) => ({ kind: 'load', moments: momentsOf(thread), step }));
    for (const [, { storage }] of [...parameters, ...moments]) this.#known.set(storage, storage.version);
    this.#knownStep = step;
  }

  async #ask(requestOf: (thread: number) => Request): Promise<Reply[]> {
    const replies = await this.#crew.ask(requestOf);
    const failure = failureIn(replies);
    if (failure === undefined) return replies;
    const error = errorOf(failure);
    // What was updated on one thread and not on another cannot be used any more.
    if (failure.damaged) await this.#crew.end(error);
    throw error;
  }

  async #alone<T>(body: () => Promise<T>): Promise<T> {
    if (this.#busy) {
      throw new InputError('step: the one before has not ended, expected its promise to be awaited.');
    }
    this.#busy = true;
    try {
      return await body();
    } finally {
      this.#busy = false;
    }
  }
}

/** The failure among replies that is not another one's echo, that of the first shards if there are several. */
const failureIn = (replies: readonly Reply[]): Failure | undefined =>
  replies.find((reply): reply is Failure => reply.kind === 'failure' && !reply.isEcho);
