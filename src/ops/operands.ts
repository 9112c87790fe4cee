import type { Op } from '../autograd/op.ts';
import { InputError, shown } from '../errors.ts';
import { broadcastShapes, type Shape, sameShape } from '../tensor/shape.ts';
import { full, Tensor } from '../tensor/tensor.ts';
import { broadcastTo } from './broadcast.ts';

/** What elementwise functions take; at least one argument is a tensor. */
export type Operand = Tensor | number;

/** Applies an elementwise op of two arguments after broadcasting them by NumPy's rule. Throws InputError when they do not. */
export function applyBroadcast(op: Op<null>, left: Operand, right: Operand): Tensor {
  const { name } = op.definition;
  for (const operand of [left, right]) {
    if (!(operand instanceof Tensor) && typeof operand !== 'number') {
      throw new InputError(`${name}: an argument is ${shown(operand)}, expected a tensor or a number.`);
    }
  }
  const like = left instanceof Tensor ? left : right;
  if (!(like instanceof Tensor))
    throw new InputError(`${name}: both arguments are numbers, expected a tensor.`);
  const a = asTensor(left, like);
  const b = asTensor(right, like);
  const shape = broadcastShapes(name, a.shape, b.shape);
  return op.apply([expand(a, shape), expand(b, shape)], null)[0];
}

/** A number as a scalar tensor of the other argument's kind. */
export const asTensor = (value: Operand, like: Tensor): Tensor =>
  value instanceof Tensor ? value : full([], value, { dtype: like.dtype, backend: like.backend });

/** The output shape of an elementwise op whose arguments `applyBroadcast` prepared. */
export const broadcastOutput = ([a, b]: readonly Shape[]): readonly Shape[] => [
  broadcastShapes('broadcast', a, b),
];

/** Kernels repeat an argument cyclically, which covers scalars and rows; other broadcasts are written out. */
function expand(x: Tensor, shape: Shape): Tensor {
  const own = x.shape.slice(x.shape.findIndex((size) => size !== 1));
  const isSuffix = x.size === 1 || sameShape(own, shape.slice(shape.length - own.length));
  return isSuffix ? x : broadcastTo(x, shape);
}
