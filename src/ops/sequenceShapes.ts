import { InputError } from '../errors.ts';
import { type Shape, show } from '../tensor/shape.ts';

/* Shape checks shared by the fused sequence ops. */

/** The sizes of a factor of a product, and those of its blocks. */
export interface FactorSizes {
  readonly outSize: number;
  readonly inSize: number;
  readonly blocks: number;
  /** Of a block. */
  readonly rows: number;
  readonly cols: number;
}

/**
 * A factor is a matrix [out, in], or [blocks, out / blocks, in / blocks], the blocks of a block-diagonal one: each part of
 * the output reads a part of the input of its own.
 */
export function factorSizes(shape: Shape): FactorSizes {
  const [blocks, rows, cols] = shape.length === 3 ? shape : [1, ...shape];
  return { outSize: blocks * rows, inSize: blocks * cols, blocks, rows, cols };
}

/** Throws InputError naming the op and the argument unless the factors F_1, F_2, … lead from `inSize` to `outSize` values. */
export function expectChain(
  op: string,
  name: string,
  factors: readonly Shape[],
  inSize: number,
  outSize: number,
): void {
  let size = inSize;
  for (const factor of factors) {
    if ((factor.length !== 2 && factor.length !== 3) || factorSizes(factor).inSize !== size) {
      throw new InputError(
        `${op}: a ${name} factor has shape ${show(factor)}, expected [·, ${size}] or that of ${size} columns in blocks.`,
      );
    }
    size = factorSizes(factor).outSize;
  }
  if (factors.length === 0 || size !== outSize) {
    throw new InputError(`${op}: the ${name} factors end in ${size} values, expected ${outSize}.`);
  }
}

/** Throws InputError naming the op unless there is a length from 0 to `time` for each of `batch` sequences, or none at all. */
export function expectLengths(
  op: string,
  lengths: ArrayLike<number> | null,
  time: number,
  batch: number,
): void {
  if (lengths === null) return;
  if (lengths.length !== batch) {
    throw new InputError(`${op}: ${lengths.length} lengths were given, expected ${batch}.`);
  }
  for (let b = 0; b < batch; b++) {
    if (!Number.isInteger(lengths[b]) || lengths[b] < 0 || lengths[b] > time) {
      throw new InputError(
        `${op}: lengths[${b}] is ${lengths[b]}, expected a whole number from 0 to ${time}.`,
      );
    }
  }
}
