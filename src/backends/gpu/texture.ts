/** What gpu.js gives for a result that stays on the GPU: a texture of WebGL2 or a buffer of WebGPU. */
export interface DeviceArray {
  toArray(): unknown;
  delete(): void;
}

/**
 * Floats on the GPU, or on their way there, that never change. Counted: the device's memory is given back when nothing
 * holds them any more and their launch is over.
 */
export class Texture {
  /** How many axes gpu.js thinks it has; the floats are one row-major array all the same. */
  readonly rank: number;
  readonly size: number;
  #start: (() => Promise<DeviceArray>) | null;
  #pending: Promise<DeviceArray> | null = null;
  #holders = 1;

  /** `start` runs at the first use. The maker holds the texture until it calls `release`. */
  constructor(rank: number, size: number, start: () => Promise<DeviceArray>) {
    this.rank = rank;
    this.size = size;
    this.#start = start;
  }

  /** The array once its launch is submitted. Rejects when that failed. */
  ready(): Promise<DeviceArray> {
    if (this.#pending === null) {
      this.#pending = this.#start!();
      this.#start = null;
      // The error reaches whoever reads numbers that depend on it; one that nobody asks about must not end the program.
      this.#pending.catch(() => {});
    }
    return this.#pending;
  }

  hold(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    this.#holders--;
    if (this.#holders > 0 || this.#pending === null) return;
    this.#pending.then(
      (array) => array.delete(),
      () => {},
    );
  }
}
