import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * The matrix M [n, n] with the Sylvester displacement Z₁M − M Z₋₁ = p, where Z_f shifts down by one and has f in its top
 * right corner. For p = Σ g_i h_iᵀ it is ½ Σ Z₁(g_i) Z₋₁(J h_i), found in O(n²) by adding up along the wrapped diagonals
 * (Pan 2001; Sindhwani, Sainath & Kumar 2015). Throws InputError when p is not square.
 */
export const fromDisplacement = (p: Tensor): Tensor => fromDisplacementOp.apply([p], null)[0];

/** The transpose of `fromDisplacement` as a linear map of matrices, which is its gradient. Throws InputError likewise. */
export const fromDisplacementTranspose = (m: Tensor): Tensor => transposeOp.apply([m], null)[0];

const fromDisplacementOp = defineOp({
  name: 'fromDisplacement',
  shapes: ([p]) => [checkSquare('fromDisplacement', p)],
  forward: (context, [p], [m]) =>
    context.kernels.fromDisplacement(context.buffer(p), context.buffer(m), p.shape[0]),
  vjp: ({ grads: [grad] }) => [fromDisplacementTranspose(grad!)],
  samples: [1, 4, 5].map((n) => ({ shapes: [[n, n]], attributes: null })),
  errors: [{ shapes: [[2, 3]], attributes: null, message: /expected a square matrix/ }],
});

const transposeOp = defineOp({
  name: 'fromDisplacementTranspose',
  shapes: ([m]) => [checkSquare('fromDisplacementTranspose', m)],
  forward: (context, [m], [p]) =>
    context.kernels.fromDisplacementTranspose(context.buffer(m), context.buffer(p), m.shape[0]),
  vjp: ({ grads: [grad] }) => [fromDisplacement(grad!)],
  samples: [1, 4, 5].map((n) => ({ shapes: [[n, n]], attributes: null })),
  errors: [{ shapes: [[2, 3]], attributes: null, message: /expected a square matrix/ }],
});

function checkSquare(op: string, shape: Shape): Shape {
  if (shape.length !== 2 || shape[0] !== shape[1]) {
    throw new InputError(`${op}: the argument has shape ${show(shape)}, expected a square matrix.`);
  }
  return shape;
}
