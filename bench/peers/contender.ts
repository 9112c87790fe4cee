import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Job } from './job.ts';

/** How a contender is started. */
export interface Launch {
  /** What the results call it: `PyTorch 1.13.0`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What a contender says once a job is ready. */
export interface Ready {
  /** The losses of the first steps, or the sum of each of the first outputs of a stream. */
  readonly losses: readonly number[];
  /** The form that the contender found fastest, where it has several; or its backend. */
  readonly form: string;
}

/** Milliseconds of each step: on the wall, and of the processor. */
export interface Times {
  readonly wall: readonly number[];
  readonly cpu: readonly number[];
}

/**
 * A program in a process of its own that computes what we compute. It reads a line of JSON and answers with one: a job,
 * `Ready` for it; `{ "steps": n }`, the `Times` of so many more steps; `{ "error": … }` where it cannot. Between its
 * turns it waits, so that contenders can take turns on one core.
 */
export class Contender {
  readonly name: string;
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  constructor({ name, command, args, env }: Launch) {
    this.name = name;
    // All on the last core, since only one of them works at a time.
    const core = String(availableParallelism() - 1);
    this.#process = spawn('taskset', ['--cpu-list', core, command, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process.on('error', () => {
      // Told by the end of its answers.
    });
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Builds the job and runs its first steps. Throws an Error when the contender cannot. */
  prepare(job: Job): Promise<Ready> {
    return this.#ask<Ready>(job);
  }

  time(steps: number): Promise<Times> {
    return this.#ask<Times>({ steps });
  }

  close(): void {
    this.#process.kill();
  }

  async #ask<Answer>(question: object): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    for (;;) {
      const { value, done } = await this.#answers.next();
      if (done) throw new Error(`${this.name} ended without an answer.`);
      // Libraries greet their users on the same stream.
      if (!value.startsWith('{')) continue;
      const answer = JSON.parse(value) as Answer & { error?: string };
      if (answer.error !== undefined) throw new Error(`${this.name}: ${answer.error}`);
      return answer;
    }
  }
}
