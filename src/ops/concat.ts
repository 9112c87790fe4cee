import { defineOp } from '../autograd/op.ts';
import { InputError, shown } from '../errors.ts';
import { resolveAxis, type Shape, show } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { reshape } from './reshape.ts';
import { copyBlock, slice } from './slice.ts';

/** Joins tensors along one axis. Throws InputError when the other axes differ, or for an empty list. */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  if (!Array.isArray(tensors)) {
    throw new InputError(`concat: tensors is ${shown(tensors)}, expected an array of tensors.`);
  }
  if (tensors.length === 0) throw new InputError('concat: tensors is empty, expected at least one.');
  return concatOp.apply(tensors, { axis: resolveAxis('concat', axis, tensors[0].shape.length) })[0];
}

/** Joins tensors of one shape along a new axis. Throws InputError when shapes differ, or for an empty list. */
export const stack = (tensors: readonly Tensor[], axis = 0): Tensor =>
  concat(
    tensors.map((x) => {
      const at = resolveAxis('stack', axis, x.shape.length + 1);
      return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
    }),
    axis,
  );

const concatOp = defineOp<{ readonly axis: number }>({
  name: 'concat',
  shapes(shapes, { axis }) {
    const [first] = shapes;
    for (const shape of shapes) {
      if (
        shape.length !== first.length ||
        shape.some((size, other) => other !== axis && size !== first[other])
      ) {
        throw new InputError(`concat: shapes ${show(first)} and ${show(shape)} differ off axis ${axis}.`);
      }
    }
    return [
      first.map((size, other) => (other === axis ? shapes.reduce((total, s) => total + s[axis], 0) : size)),
    ];
  },
  forward(context, inputs, [y], { axis }) {
    const starts = startsAlong(inputs, axis);
    inputs.forEach((x, i) => {
      copyBlock(
        context,
        x.shape,
        x,
        x.shape.map(() => 0),
        y,
        unit(x.shape, axis, starts[i]),
      );
    });
  },
  vjp({ grads: [grad], inputs, attributes: { axis } }) {
    const starts = startsAlong(inputs, axis);
    return inputs.map((x, i) => slice(grad!, unit(x.shape, axis, starts[i]), x.shape));
  },
  samples: [
    {
      shapes: [
        [2, 3],
        [1, 3],
      ],
      attributes: { axis: 0 },
    },
    {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      attributes: { axis: 1 },
    },
  ],
  errors: [
    {
      shapes: [
        [2, 3],
        [2, 4],
      ],
      attributes: { axis: 0 },
      message: /differ off axis 0/,
    },
  ],
});

function startsAlong(inputs: readonly Tensor[], axis: number): number[] {
  let start = 0;
  return inputs.map((x) => {
    const own = start;
    start += x.shape[axis];
    return own;
  });
}

const unit = (shape: Shape, axis: number, value: number): number[] =>
  shape.map((_, other) => (other === axis ? value : 0));
