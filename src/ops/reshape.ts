import { defineOp } from '../autograd/op.ts';
import { InputError } from '../errors.ts';
import { checkShape, type Shape, show, sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';

/**
 * The same numbers under another shape; one size may be −1 and is then worked out.
 * Throws InputError when the number of elements differs.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  return reshapeOp.apply([x], { shape: complete(x, shape) })[0];
}

const reshapeOp = defineOp<{ shape: Shape }>({
  name: 'reshape',
  shapes([x], { shape }) {
    if (sizeOf(x) !== sizeOf(shape)) {
      throw new InputError(
        `reshape: ${show(x)} holds ${sizeOf(x)} numbers and ${show(shape)} holds ${sizeOf(shape)}.`,
      );
    }
    return [shape];
  },
  alias: (x, { shape }) => new Tensor(x.storage, shape, x.offset),
  vjp: ({ grads: [grad], inputs: [x] }) => [reshape(grad!, x.shape)],
  samples: [{ shapes: [[2, 3]], attributes: { shape: [3, 2] } }],
  errors: [{ shapes: [[2, 3]], attributes: { shape: [4] }, message: /6 numbers .* 4/ }],
});

function complete(x: Tensor, shape: Shape): Shape {
  const open = Array.isArray(shape) ? shape.indexOf(-1) : -1;
  if (open < 0) return checkShape('reshape', shape);
  const others = shape.filter((_, axis) => axis !== open);
  if (others.includes(-1)) throw new InputError(`reshape: shape is ${show(shape)}, expected one −1 at most.`);
  const rest = sizeOf(checkShape('reshape', others));
  if (rest <= 0 || x.size % rest !== 0) {
    throw new InputError(`reshape: ${show(x.shape)} cannot take the shape ${show(shape)}.`);
  }
  return shape.map((size, axis) => (axis === open ? x.size / rest : size));
}
