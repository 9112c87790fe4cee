import { SingleBar } from 'cli-progress';
import type { RunEvent } from '../../tasks/experiments/run.ts';
import type { Output } from '../context.ts';
import { count, duration } from '../format.ts';

/** Milliseconds between two plain lines. */
const pause = 60_000;

/** Share of a run's time that its training takes; scoring takes the rest. */
const trainingShare = 0.9;

interface Running {
  readonly seconds: number;
  /** Done, as a share of the whole; where this session began, and now. */
  first: number | undefined;
  now: number;
}

/**
 * Shows how far a plan has come: a bar on a terminal, elsewhere a line a minute and one for every run. The time left is
 * what is left of the plan's estimate, at the pace at which this session has worked it off.
 */
export class PlanProgress {
  readonly #stream: Output;
  readonly #now: () => number;
  readonly #bar: SingleBar | undefined;
  readonly #running = new Map<string, Running>();
  #written: number;
  readonly #began: number;
  #finishedRuns = 0;
  #runs = 0;
  /** Estimated seconds of one core: of what is still to come, runs at work included, and what this session has done. */
  #toCome = 0;
  #done = 0;
  #beforeThisSession = 0;

  /** @param now milliseconds of a steady clock; it decides what is shown, never a result */
  constructor(stream: Output, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
    this.#began = now();
    this.#written = this.#began;
    if (!stream.isTTY) return;
    const options = { stream, barsize: 20, hideCursor: true, gracefulExit: false, linewrap: true };
    this.#bar = new SingleBar({ ...options, format: '[{bar}] {percentage}%  {text}' });
    this.#bar.start(1, 0, { text: '' });
  }

  /** Tells the state of the plan: its runs, and the estimated seconds of one core that finished ones were, and others will be. */
  plan(state: { runs: number; finished: number; secondsFinished: number; secondsToCome: number }): void {
    this.#runs = state.runs;
    this.#finishedRuns = state.finished;
    this.#beforeThisSession = state.secondsFinished;
    this.#toCome = state.secondsToCome;
    this.#show();
  }

  begin(run: string, seconds: number): void {
    this.#running.set(run, { seconds, first: undefined, now: 0 });
    this.say(`${run}: begins`);
  }

  work(run: string, { kind, done, total }: RunEvent): void {
    const running = this.#running.get(run);
    if (running === undefined) return;
    const now =
      kind === 'scoring'
        ? trainingShare + (1 - trainingShare) * (done / total)
        : trainingShare * (done / total);
    // Each of several sets is scored from its beginning.
    running.now = Math.max(running.now, now);
    running.first ??= running.now;
    this.#show();
  }

  /** @param line what came out of it */
  end(run: string, line: string): void {
    const running = this.#running.get(run);
    if (running !== undefined) this.#done += running.seconds * (1 - (running.first ?? 0));
    this.#running.delete(run);
    this.say(`${run}: ${line}`);
  }

  /** Shows a line that stays. */
  say(line: string): void {
    if (this.#bar === undefined) {
      this.#stream.write(`${line}\n`);
      return;
    }
    // Over the bar, which is drawn again below.
    this.#stream.write(`\r\u001b[K${line}\n`);
    this.#show();
  }

  stop(): void {
    this.#bar?.stop();
  }

  /** Of the plan, as one line: runs, what is at work, and the time left. */
  text(): string {
    const work = [...this.#running].map(([run, { now }]) => `${run} ${Math.floor(100 * now)} %`);
    const parts = [`${count(this.#finishedRuns)}/${count(this.#runs)} runs`, ...work];
    return [...parts, `${duration(this.#secondsLeft())} left`].join(', ');
  }

  #secondsLeft(): number {
    const partly = [...this.#running.values()];
    const worked = partly.reduce((sum, { seconds, first, now }) => sum + seconds * (now - (first ?? now)), 0);
    const left = this.#toCome - partly.reduce((sum, { seconds, now }) => sum + seconds * now, 0);
    const elapsed = (this.#now() - this.#began) / 1000;
    return (left * elapsed) / (this.#done + worked);
  }

  #show(): void {
    if (this.#bar !== undefined) {
      const partly = [...this.#running.values()].reduce((sum, { seconds, now }) => sum + seconds * now, 0);
      this.#bar.setTotal(Math.max(1, this.#beforeThisSession + this.#toCome));
      this.#bar.update(this.#beforeThisSession + partly, { text: this.text() });
    } else if (this.#now() - this.#written >= pause) {
      this.#written = this.#now();
      this.say(this.text());
    }
  }
}
