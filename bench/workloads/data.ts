import { random } from '../../src/index.ts';
import type { Workload } from './definitions.ts';

/** The batch of a workload: x `[T, B, I]`, and the class of each of the T·B rows. */
export interface Batch {
  readonly x: Float32Array;
  readonly classes: Int32Array;
}

/** The same batch every time. */
export function batchOf({ time, batch, input, classes }: Workload): Batch {
  const stream = random(1, 'bench', 'input');
  return {
    x: Float32Array.from({ length: time * batch * input }, () => stream.normal()),
    classes: Int32Array.from({ length: time * batch }, (_, row) => (7 * row) % classes),
  };
}
