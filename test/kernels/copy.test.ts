import fc from 'fast-check';
import { expect, test } from 'vitest';
import { builds, exact, expectAgreement, randomValues, runWasm } from './module.ts';

/** Strides of a contiguous array of this shape whose axes lie in memory in this order, outermost first. */
function stridesInOrder(shape: number[], order: number[]): number[] {
  const strides = new Array<number>(shape.length);
  let size = 1;
  for (const axis of [...order].reverse()) {
    strides[axis] = size;
    size *= shape[axis];
  }
  return strides;
}

const sizeOf = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

const walk = fc
  .array(fc.oneof(fc.nat(3), fc.integer({ min: 1, max: 11 })), { maxLength: 4 })
  .chain((shape) => {
    const axes = shape.map((_, axis) => axis);
    const order = fc.shuffledSubarray(axes, { minLength: axes.length });
    const kinds = fc.array(fc.constantFrom('forward', 'forward', 'backward', 'broadcast'), {
      minLength: shape.length,
      maxLength: shape.length,
    });
    return fc.tuple(fc.constant(shape), order, order, kinds);
  });

test('agrees for permuted, reversed and broadcast axes of any rank', () => {
  fc.assert(
    fc.property(walk, fc.nat(3), fc.nat(5), fc.nat(), ([shape, xOrder, yOrder, kinds], skew, room, seed) => {
      const size = sizeOf(shape);
      let xOffset = room;
      const xStrides = stridesInOrder(shape, xOrder).map((stride, axis) => {
        if (kinds[axis] === 'broadcast') return 0;
        if (kinds[axis] === 'forward' || shape[axis] === 0) return stride;
        xOffset += stride * (shape[axis] - 1);
        return -stride;
      });
      const args = [
        shape.length,
        Int32Array.from(shape),
        randomValues(size + room, seed),
        xOffset,
        Int32Array.from(xStrides),
        randomValues(size + room, seed + 1),
        room,
        Int32Array.from(stridesInOrder(shape, yOrder)),
      ];
      expectAgreement('copyStrided', args, exact, skew);
    }),
    { numRuns: 500 },
  );
});

test('copies a block into a larger array and leaves the rest', () => {
  const args = [
    2,
    Int32Array.of(5, 6),
    randomValues(30, 1),
    0,
    Int32Array.of(6, 1),
    randomValues(90, 2),
    11,
    Int32Array.of(9, 1),
  ];
  expectAgreement('copyStrided', args, exact);
});

test('transposes by hand', () => {
  const x = Float32Array.of(1, 2, 3, 4, 5, 6);
  for (const build of builds) {
    const { arrays } = runWasm(build, 'copyStrided', [
      2,
      Int32Array.of(3, 2),
      x,
      0,
      Int32Array.of(1, 3),
      new Float32Array(6),
      0,
      Int32Array.of(2, 1),
    ]);
    expect([...(arrays[5] as Float32Array)]).toEqual([1, 4, 2, 5, 3, 6]);
  }
});

test('walks sixteen axes', () => {
  const shape = Array.from({ length: 16 }, (_, axis) => (axis % 3 === 0 ? 2 : axis % 5 === 0 ? 3 : 1));
  const size = sizeOf(shape);
  const order = shape.map((_, axis) => (axis * 7) % 16);
  const args = [
    16,
    Int32Array.from(shape),
    randomValues(size, 3),
    0,
    Int32Array.from(stridesInOrder(shape, order)),
    new Float32Array(size),
    0,
    Int32Array.from(
      stridesInOrder(
        shape,
        shape.map((_, axis) => axis),
      ),
    ),
  ];
  expectAgreement('copyStrided', args, exact);
});
