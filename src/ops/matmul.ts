import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { reshape } from './reshape.ts';

/** Which arguments of `matmul` are read transposed. */
export interface MatmulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * The matrix product of a [m, k] and b [k, n], each transposed on request. All axes of `a` but the last
 * are rows: [T, B, k] · [k, n] = [T, B, n], [k] · [k, n] = [n]. Throws InputError when the inner sizes differ or `b` is not a matrix.
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const attributes = { transposeA: options.transposeA ?? false, transposeB: options.transposeB ?? false };
  if (a.shape.length === 2 || attributes.transposeA) return matmulOp.apply([a, b], attributes)[0];
  const rows = a.shape.slice(0, -1);
  const product = matmulOp.apply([reshape(a, [-1, a.shape[a.shape.length - 1]]), b], attributes)[0];
  return reshape(product, [...rows, product.shape[1]]);
}

const matmulOp = defineOp<Required<MatmulOptions>>({
  name: 'matmul',
  shapes([a, b], { transposeA, transposeB }) {
    if (a.length !== 2 || b.length !== 2) {
      throw new InputError(`matmul: shapes are ${show(a)} and ${show(b)}, expected two matrices.`);
    }
    const [m, k] = transposeA ? [a[1], a[0]] : a;
    const [inner, n] = transposeB ? [b[1], b[0]] : b;
    if (k !== inner) {
      throw new InputError(
        `matmul: ${show(a)}${transposeA ? ' transposed' : ''} times ${show(b)}${transposeB ? ' transposed' : ''} ` +
          `has inner sizes ${k} and ${inner}, expected equal ones.`,
      );
    }
    return [[m, n]];
  },
  forward(context, [a, b], [y], { transposeA, transposeB }) {
    const [m, n] = y.shape;
    const k = transposeA ? a.shape[0] : a.shape[1];
    const [aRow, aCol] = transposeA ? [1, a.shape[1]] : [a.shape[1], 1];
    const [bRow, bCol] = transposeB ? [1, b.shape[1]] : [b.shape[1], 1];
    const [left, right] = [context.buffer(a), context.buffer(b)];
    context.kernels.matmul(m, n, k, left, aRow, aCol, right, bRow, bCol, context.buffer(y), n, 0);
  },
  vjp({ grads: [grad], inputs: [a, b], attributes: { transposeA, transposeB }, needs }) {
    const g = grad!;
    const da = () =>
      transposeA
        ? matmul(b, g, { transposeA: transposeB, transposeB: true })
        : matmul(g, b, { transposeB: !transposeB });
    const db = () =>
      transposeB
        ? matmul(g, a, { transposeA: true, transposeB: transposeA })
        : matmul(a, g, { transposeA: !transposeA });
    return [needs[0] ? da() : null, needs[1] ? db() : null];
  },
  samples: [
    {
      shapes: [
        [2, 3],
        [3, 4],
      ],
      attributes: { transposeA: false, transposeB: false },
    },
    {
      shapes: [
        [3, 2],
        [3, 4],
      ],
      attributes: { transposeA: true, transposeB: false },
    },
    {
      shapes: [
        [2, 3],
        [4, 3],
      ],
      attributes: { transposeA: false, transposeB: true },
    },
    {
      shapes: [
        [3, 2],
        [4, 3],
      ],
      attributes: { transposeA: true, transposeB: true },
    },
  ],
  errors: [
    {
      shapes: [
        [2, 3],
        [4, 5],
      ],
      attributes: { transposeA: false, transposeB: false },
      message: /inner sizes 3 and 4/,
    },
    {
      shapes: [[2, 3], [3]],
      attributes: { transposeA: false, transposeB: false },
      message: /expected two matrices/,
    },
  ],
});
