import { defineOp, type OpContext } from '../autograd/op.ts';
import { InputError, shown } from '../errors.ts';
import { type Shape, show, sizeOf, stridesOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';

/**
 * The block of `x` that begins at `starts` and has `sizes`, axis by axis; axes beyond those given are taken whole.
 * A block of whole rows shares the numbers of `x`. Throws InputError when the block does not lie in `x`.
 */
export function slice(x: Tensor, starts: readonly number[], sizes: readonly number[]): Tensor {
  expectLists('slice', { starts, sizes });
  const rest = x.shape.slice(starts.length);
  const attributes = { starts: [...starts, ...rest.map(() => 0)], sizes: [...sizes, ...rest] };
  const isRows = attributes.sizes.every((size, axis) => axis === 0 || size === x.shape[axis]);
  return (isRows && x.shape.length > 0 ? sliceRowsOp : sliceOp).apply([x], attributes)[0];
}

/** The reverse of `slice`: zeros of `shape` with `x` in the block that begins at `starts`. Throws InputError when it does not fit. */
export function pad(x: Tensor, starts: readonly number[], shape: Shape): Tensor {
  expectLists('pad', { starts, shape });
  return padOp.apply([x], { starts, shape })[0];
}

interface Block {
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
}

const sliceOp = defineOp<Block>({
  name: 'slice',
  shapes: ([x], { starts, sizes }) => [checkBlock('slice', x, starts, sizes)],
  forward: (context, [x], [y], { starts, sizes }) =>
    copyBlock(
      context,
      sizes,
      x,
      starts,
      y,
      sizes.map(() => 0),
    ),
  vjp: ({ grads: [grad], inputs: [x], attributes: { starts } }) => [pad(grad!, starts, x.shape)],
  samples: [{ shapes: [[3, 4]], attributes: { starts: [1, 1], sizes: [2, 2] } }],
  errors: [{ shapes: [[3, 4]], attributes: { starts: [2, 0], sizes: [2, 4] }, message: /axis 0/ }],
});

const sliceRowsOp = defineOp<Block>({
  name: 'sliceRows',
  shapes: ([x], { starts, sizes }) => [checkBlock('slice', x, starts, sizes)],
  alias: (x, { starts, sizes }) =>
    new Tensor(x.storage, sizes, x.offset + starts[0] * sizeOf(x.shape.slice(1))),
  vjp: ({ grads: [grad], inputs: [x], attributes: { starts } }) => [pad(grad!, starts, x.shape)],
  samples: [{ shapes: [[3, 4]], attributes: { starts: [1, 0], sizes: [2, 4] } }],
  errors: [{ shapes: [[3, 4]], attributes: { starts: [-1, 0], sizes: [2, 4] }, message: /axis 0/ }],
});

const padOp = defineOp<{ readonly starts: readonly number[]; readonly shape: Shape }>({
  name: 'pad',
  shapes: ([x], { starts, shape }) => {
    checkBlock('pad', shape, starts, x);
    return [shape];
  },
  forward(context, [x], [y], { starts }) {
    context.kernels.fill(context.buffer(y), y.size, 0);
    copyBlock(
      context,
      x.shape,
      x,
      x.shape.map(() => 0),
      y,
      starts,
    );
  },
  vjp: ({ grads: [grad], inputs: [x], attributes: { starts } }) => [slice(grad!, starts, x.shape)],
  samples: [{ shapes: [[2, 2]], attributes: { starts: [1, 1], shape: [3, 4] } }],
  errors: [{ shapes: [[2, 2]], attributes: { starts: [2, 0], shape: [3, 4] }, message: /axis 0/ }],
});

function expectLists(op: string, lists: Readonly<Record<string, readonly number[]>>): void {
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list)) {
      throw new InputError(
        `${op}: ${name} is ${shown(list)}, expected an array with a number for each axis.`,
      );
    }
  }
}

function checkBlock(
  op: string,
  whole: Shape,
  starts: readonly number[],
  sizes: readonly number[],
): readonly number[] {
  if (starts.length !== whole.length || sizes.length !== whole.length) {
    throw new InputError(
      `${op}: starts ${show(starts)} and sizes ${show(sizes)} do not fit the axes of ${show(whole)}.`,
    );
  }
  for (let axis = 0; axis < whole.length; axis++) {
    const isInside = starts[axis] >= 0 && sizes[axis] >= 0 && starts[axis] + sizes[axis] <= whole[axis];
    if (!isInside || !Number.isInteger(starts[axis]) || !Number.isInteger(sizes[axis])) {
      throw new InputError(
        `${op}: axis ${axis} spans ${starts[axis]} to ${starts[axis] + sizes[axis]}, expected a part of 0 to ${whole[axis]}.`,
      );
    }
  }
  return sizes;
}

/** Copies a block of `shape` between places in two contiguous tensors. */
export function copyBlock(
  context: OpContext,
  shape: Shape,
  from: Tensor,
  fromStarts: readonly number[],
  to: Tensor,
  toStarts: readonly number[],
): void {
  const fromStrides = stridesOf(from.shape);
  const toStrides = stridesOf(to.shape);
  context.kernels.copyStrided(
    shape.length,
    context.integers(shape),
    context.buffer(from),
    dot(fromStarts, fromStrides),
    context.integers(fromStrides),
    context.buffer(to),
    dot(toStarts, toStrides),
    context.integers(toStrides),
  );
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, value, i) => total + value * b[i], 0);
