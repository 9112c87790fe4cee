import { expectOptions } from '../errors.ts';
import { resolveAxis, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { sumAxis } from './broadcast.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';

/** Which axes to reduce, all unless given; `keepDims` leaves them with size 1. */
export interface ReduceOptions {
  readonly axes?: number | readonly number[];
  readonly keepDims?: boolean;
}

/** The sum over some axes. Throws InputError for an axis that is not there or is empty. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = axesOf('sum', x, options);
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const result =
    axes.length === x.shape.length ? sumAxis(reshape(x, [x.size]), 0) : axes.reduceRight(sumAxis, x);
  return reshape(result, options.keepDims ? kept : kept.filter((_, axis) => !axes.includes(axis)));
}

/** The mean over some axes. Throws InputError for an axis that is not there or is empty. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const count = sizeOf(axesOf('mean', x, options).map((axis) => x.shape[axis]));
  return multiply(sum(x, options), 1 / count);
}

function axesOf(op: string, x: Tensor, options: ReduceOptions): number[] {
  expectOptions(op, options, ['axes', 'keepDims']);
  const { axes } = options;
  if (axes === undefined) return x.shape.map((_, axis) => axis);
  const given = typeof axes === 'number' ? [axes] : axes;
  return [...new Set(given.map((axis) => resolveAxis(op, axis, x.shape.length)))].sort((a, b) => a - b);
}
