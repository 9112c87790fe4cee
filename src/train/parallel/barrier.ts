/** Where threads wait for each other. */
export class Barrier {
  readonly #threads: number;
  /** Three counters: arrivals in this round, completed rounds, and the last round that failed (plus one). */
  readonly #control: Int32Array;

  /** `control` has `Barrier.BYTES` bytes, shared by all threads, zero at first. */
  constructor(threads: number, control: ArrayBufferLike) {
    this.#threads = threads;
    this.#control = new Int32Array(control);
  }

  static readonly BYTES = 3 * Int32Array.BYTES_PER_ELEMENT;

  /**
   * Comes back when every thread has called it, and says whether all were `well`. Whatever a thread wrote before, every
   * thread reads after it.
   */
  meet(well: boolean): boolean {
    const control = this.#control;
    const round = Atomics.load(control, ROUNDS);
    // Recorded by round: a fast thread may fail in the next round before slow ones have left this one.
    if (!well) Atomics.store(control, FAILED, round + 1);
    if (Atomics.add(control, ARRIVED, 1) === this.#threads - 1) {
      Atomics.store(control, ARRIVED, 0);
      Atomics.add(control, ROUNDS, 1);
      Atomics.notify(control, ROUNDS);
    } else this.#wait(round);
    return Atomics.load(control, FAILED) !== round + 1;
  }

  #wait(round: number): void {
    // Waking a thread takes up to 0.1 ms; the others are often nearer than that.
    const patience = performance.now() + SPIN_MILLISECONDS;
    while (Atomics.load(this.#control, ROUNDS) === round) {
      if (performance.now() > patience) Atomics.wait(this.#control, ROUNDS, round);
    }
  }
}

const [ARRIVED, ROUNDS, FAILED] = [0, 1, 2];
const SPIN_MILLISECONDS = 0.05;
