import fc from 'fast-check';
import { framesNeeded } from '../ops/ctcLoss.ts';
import { random } from '../tensor/random.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

export interface CtcSizes {
  /** Most sequences, B; 3 unless given. */
  readonly batch?: number;
  /** Most classes, C, of which 0 is the blank; 4 unless given. */
  readonly classes?: number;
  /** Most labels of a sequence; 3 unless given. */
  readonly labels?: number;
  /** Most frames beyond those that the labels need; 3 unless given. */
  readonly spare?: number;
}

/** What `ctcLoss` takes. */
export interface CtcCase {
  /** [T, B, C], float64, uniform in ±3. */
  readonly logits: Tensor;
  readonly labels: readonly (readonly number[])[];
  readonly frames: readonly number[];
}

/**
 * Label sequences that can be spelled in their frames: empty ones, repeated labels, which need a blank between them, and
 * often no frame to spare. They shrink to fewer and shorter sequences of lower classes.
 */
export const ctcCases = ({
  batch = 3,
  classes: most = 4,
  labels = 3,
  spare = 3,
}: CtcSizes = {}): fc.Arbitrary<CtcCase> =>
  fc
    .integer({ min: 2, max: most })
    .chain((classes) => {
      const sequence = fc.array(fc.integer({ min: 1, max: classes - 1 }), { maxLength: labels });
      const one = fc.record({ sequence, beyond: fc.nat(spare) });
      return fc.record({
        classes: fc.constant(classes),
        all: fc.array(one, { minLength: 1, maxLength: batch }),
        padding: fc.nat(1),
        seed: fc.nat(),
      });
    })
    .map(({ classes, all, padding, seed }) => {
      const frames = all.map(({ sequence, beyond }) => framesNeeded(sequence) + beyond);
      const shape = [Math.max(1, ...frames) + padding, all.length, classes];
      const stream = random(seed, 'ctcCases');
      const size = shape[0] * shape[1] * shape[2];
      const values = Float64Array.from({ length: size }, () => 6 * stream.next() - 3);
      const labelsOf = all.map(({ sequence }) => sequence);
      return { logits: tensor(values, shape, { dtype: 'float64' }), labels: labelsOf, frames };
    });
