import type { Tensors } from '../../autograd/grad.ts';
import { defaultBackend } from '../../backends/index.ts';
import { InputError } from '../../errors.ts';
import type { Optimizer } from '../../optim/optimizer.ts';
import type { StepResult } from '../step.ts';
import { Crew } from './crew.ts';
import { Exchange, layoutOf, reserveExchange } from './exchange.ts';
import { errorOf, type Failure, type Moments, type Reply, type Request } from './messages.ts';
import { threadOfShard } from './ownership.ts';
import type { ParallelTask } from './task.ts';
import type { ParallelOptions, ParallelStepOptions, ParallelTrainer } from './trainer.ts';
import { weigh } from './weigh.ts';

interface Setup<Batch> extends Required<ParallelOptions> {
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
  /** `#stateNow` when parameters and optimizer here and on the threads last had one past; empty before they had any. */
  #state = '';
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
      if (this.#state !== this.#stateNow()) await this.#push();
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
      if (result.applied) this.optimizer.state.step++;
      this.#state = this.#stateNow();
      return result;
    });
  }

  pull(): Promise<void> {
    return this.#alone(async () => {
      // Before the first step nobody has anything newer.
      if (this.#state === '') return;
      const replies = await this.#ask(() => ({ kind: 'read' }));
      for (const [name, { storage }] of Object.entries(this.parameters)) {
        storage.overwrite(this.#exchange.parameter(name));
      }
      for (const reply of replies as (Reply & { kind: 'moments' })[]) {
        for (const [name, values] of Object.entries(reply.moments)) {
          this.optimizer.state.tensors[name].storage.overwrite(values);
        }
      }
      this.#state = this.#stateNow();
    });
  }

  close(): Promise<void> {
    return this.#crew.end(new InputError('step: the trainer was closed.'));
  }

  /** Lets the threads go on from what is here. */
  async #push(): Promise<void> {
    const { state } = this.optimizer;
    for (const [name, { storage, offset }] of Object.entries(this.parameters)) {
      storage.readInto(this.#exchange.parameter(name), offset);
    }
    const momentsOf = (thread: number): Moments =>
      Object.fromEntries(this.#moments[thread].map((name) => [name, state.tensors[name].dataSync()]));
    await this.#ask((thread) => ({ kind: 'load', moments: momentsOf(thread), step: state.step }));
    this.#state = this.#stateNow();
  }

  /** Changes whenever the caller overwrites something. */
  #stateNow(): string {
    const { step, tensors } = this.optimizer.state;
    const all = [...Object.values(this.parameters), ...Object.values(tensors)];
    return [step, ...all.map(({ storage }) => storage.version)].join();
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
