import { MultiBar, type SingleBar } from 'cli-progress';
import type { OnProgress } from '../tasks/speech/corpus.ts';
import type { TrainingEvent } from '../tasks/speech/results.ts';
import type { Output } from './context.ts';
import { count, decimal, duration } from './format.ts';

/** Shows how far the work has come. */
export interface Progress {
  /** Work that belongs to no model, such as preparing a corpus. */
  readonly work: OnProgress;
  training(model: string, event: TrainingEvent): void;
  /** Shows a line that stays. */
  say(line: string): void;
  /** Ends the display; nothing may be shown after it. */
  stop(): void;
}

/**
 * One bar a model on a terminal, and plain lines elsewhere: every ten seconds at most, and at the end of a part.
 *
 * @param now milliseconds of a steady clock; it decides what is shown, never a result
 */
export function createProgress(stream: Output, now: () => number = () => performance.now()): Progress {
  return stream.isTTY ? new Bars(stream, now) : new Lines(stream, now);
}

class Bars implements Progress {
  readonly #bars: MultiBar;
  readonly #byName = new Map<string, SingleBar>();
  readonly #describe: (model: string, event: TrainingEvent) => string;

  constructor(stream: Output, now: () => number) {
    // The signal handlers of the library would end the process before checkpoints are saved.
    const options = { stream, barsize: 20, hideCursor: true, gracefulExit: false, linewrap: true };
    this.#bars = new MultiBar({ ...options, format: '{name} [{bar}] {percentage}%  {text}' });
    this.#describe = describer(now);
  }

  readonly work: OnProgress = (done, total, label) => {
    this.#show('', done, total, `${label} ${count(done)}/${count(total)}`);
  };

  training(model: string, event: TrainingEvent): void {
    const text = this.#describe(model, event);
    if (event.kind === 'warning') this.say(`${model}: ${text}`);
    else if (event.kind === 'evaluating') this.#show(model, event.done, event.total, text);
    else if (event.kind !== 'checkpoint') this.#show(model, event.step, event.steps, text);
  }

  say(line: string): void {
    this.#bars.log(`${line}\n`);
    this.#bars.update();
  }

  stop(): void {
    this.#bars.stop();
  }

  #show(name: string, done: number, total: number, text: string): void {
    let bar = this.#byName.get(name);
    if (bar === undefined) {
      bar = this.#bars.create(total, done, { name: name.padEnd(10), text });
      this.#byName.set(name, bar);
    }
    bar.setTotal(total);
    bar.update(done, { text });
  }
}

/** Milliseconds between two plain lines about the same thing. */
const pause = 10_000;

class Lines implements Progress {
  readonly #stream: Output;
  readonly #now: () => number;
  readonly #describe: (model: string, event: TrainingEvent) => string;
  /** When a line about a model, or about other work, was last written. */
  readonly #written = new Map<string, number>();

  constructor(stream: Output, now: () => number) {
    this.#stream = stream;
    this.#now = now;
    this.#describe = describer(now);
  }

  readonly work: OnProgress = (done, total, label) => {
    this.#write('', done === total, `${label}: ${count(done)}/${count(total)}`);
  };

  training(model: string, event: TrainingEvent): void {
    const text = `${model}: ${this.#describe(model, event)}`;
    if (event.kind === 'start') this.#write(model, true, text);
    else if (event.kind === 'step') this.#write(model, event.step === event.steps, text);
    else if (event.kind === 'warning') this.say(text);
    else if (event.kind === 'evaluating') this.#write(model, event.done === event.total, text);
  }

  say(line: string): void {
    this.#stream.write(`${line}\n`);
  }

  stop(): void {}

  #write(about: string, always: boolean, line: string): void {
    const now = this.#now();
    const last = this.#written.get(about);
    if (last === undefined) this.#written.set(about, now);
    if (!always && now - (last ?? now) < pause) return;
    this.#written.set(about, now);
    this.say(line);
  }
}

/** Words for events; remembers when each model started, for the time that is left. */
function describer(now: () => number): (model: string, event: TrainingEvent) => string {
  const starts = new Map<string, { readonly step: number; readonly at: number }>();
  return (model, event) => {
    switch (event.kind) {
      case 'start': {
        starts.set(model, { step: event.step, at: now() });
        const from = event.step > 0 ? `, from step ${count(event.step)}` : '';
        const skipped =
          event.skipped > 0 ? `, ${count(event.skipped)} utterances too short for their letters` : '';
        return `${count(event.parameters)} parameters, ${count(event.steps)} steps${from}, on ${event.backend}${skipped}`;
      }
      case 'step': {
        const start = starts.get(model);
        const perStep =
          start === undefined ? Number.NaN : (now() - start.at) / (event.step - start.step) / 1000;
        return [
          `step ${count(event.step)}/${count(event.steps)}`,
          `loss ${decimal(event.loss, 2)}`,
          `${count(event.framesPerSecond)} frames/s`,
          `${duration(perStep * (event.steps - event.step))} left`,
        ].join(', ');
      }
      case 'checkpoint':
        return `checkpoint at step ${count(event.step)}`;
      case 'warning':
        return `step ${count(event.step)}: ${event.text}`;
      case 'evaluating':
        return `evaluating ${event.set} ${count(event.done)}/${count(event.total)}`;
    }
  };
}
