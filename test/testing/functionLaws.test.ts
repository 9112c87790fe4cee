import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  defineOp,
  exp,
  InputError,
  multiply,
  type Tensor,
  type Tensors,
  tanh,
  tensor,
} from '../../src/index.ts';
import {
  backendAgreement,
  determinism,
  fusedEqualsComposed,
  LawError,
  roundTrip,
} from '../../src/testing/index.ts';
import { filled, float64 } from './values.ts';

const x = filled(1, 'x', [3, 2]);

/** The identity; `spoil` changes its numbers on float32, and `slope` its gradient. */
const identity = (name: string, { spoil = 1, slope = 1 }) => {
  const op = defineOp({
    name: `test.functionLaws.${name}`,
    shapes: ([own]) => [own],
    forward: (context, [own], [y]) =>
      context.kernels.scale(
        context.buffer(own),
        context.buffer(y),
        y.size,
        own.dtype === 'float32' ? spoil : 1,
      ),
    vjp: ({ grads: [grad] }) => [multiply(grad!, slope)],
    samples: [{ shapes: [[2]], attributes: null }],
    errors: [],
  });
  return (own: Tensor) => op.apply([own], null)[0];
};

describe('backendAgreement', () => {
  it('holds for what backends have, in nested records and with several outputs', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const inputs = { a: [filled(seed, 'a', [3]), filled(seed, 'b', [3])], c: filled(seed, 'c', [2]) };
        const f = ({ a, c }: typeof inputs) => ({ sum: add(...(a as [Tensor, Tensor])), other: [exp(c)] });
        backendAgreement(f, inputs, { tolerance: 1e-6 });
      }),
    );
  });

  it('is broken by other numbers, and by another gradient', () => {
    const values = identity('values', { spoil: 1.001 });
    expect(() => backendAgreement((p: Tensors) => values(p.x), { x })).toThrow(
      /^backendAgreement: entry \d of output value \(wasm\) is .*, and that of output value \(float64\) is/,
    );
    backendAgreement((p: Tensors) => values(p.x), { x }, { tolerance: 0.01 });
    backendAgreement((p: Tensors) => values(p.x), { x }, { floor: 1e4 });
    let calls = 0;
    const right = identity('right', {});
    const wrong = identity('wrong', { slope: 1.001 });
    // Each side runs twice: once for its outputs, once for its gradient.
    const f = (p: Tensors) => (calls++ === 1 ? wrong : right)(p.x);
    expect(() => backendAgreement(f, { x })).toThrow(/the gradient by x \(wasm\)/);
  });

  it('begins with float64', () => {
    expect(() => backendAgreement((p: Tensors) => tanh(p.x), { x: tensor([1]) })).toThrow(InputError);
  });
});

describe('fusedEqualsComposed', () => {
  const square = (p: Tensors) => multiply(p.x, p.x);

  it('holds for what is the same', () => {
    fusedEqualsComposed(square, (p) => multiply(multiply(p.x, 1), p.x), { x });
  });

  it('is broken by values, by gradients and by shapes', () => {
    const slope = identity('slope', { slope: 1 + 1e-6 });
    const run = (f: (p: Tensors) => Tensor, options = {}) => fusedEqualsComposed(f, square, { x }, options);
    expect(() => run((p) => multiply(square(p), 1 + 1e-6))).toThrow(/output value \(fused\)/);
    expect(() => run((p) => slope(square(p)))).toThrow(/the gradient by x \(fused\)/);
    run((p) => slope(square(p)), { tolerance: 1e-5 });
    expect(() => run((p) => multiply(square(p), tensor([[[1]]], [1, 1, 1], float64)))).toThrow(LawError);
    expect(() => fusedEqualsComposed(square, square, { x: tensor([1]) })).toThrow(/x is float32/);
  });
});

describe('roundTrip', () => {
  const tensors = { a: tensor([Number.NaN, -0, 2 ** -149]), b: [filled(1, 'b', [2, 2])] };
  const copyOf = (own: Tensor, values = own.dataSync(), shape = own.shape) =>
    tensor(values, shape, { dtype: own.dtype, backend: own.backend });

  it('holds to the bit, in whatever order names come', () => {
    roundTrip(
      (t) => t,
      (t) => t,
      tensors,
    );
    roundTrip(
      (t) => t as typeof tensors,
      ({ a, b }) => ({ b: [copyOf(b[0])], a: copyOf(a) }),
      tensors,
    );
  });

  it('is broken by the sign of a zero, a shape, a kind of number and a name', () => {
    const through = (change: (t: typeof tensors) => object) => () =>
      roundTrip(
        (t) => change(t as typeof tensors),
        (t) => t as Tensors,
        tensors,
      );
    expect(through((t) => ({ ...t, a: copyOf(t.a, Float32Array.of(Number.NaN, 0, 2 ** -149)) }))).toThrow(
      'roundTrip: entry 1 of a is -0 in saved and 0 in loaded.',
    );
    expect(through((t) => ({ ...t, b: [copyOf(t.b[0], undefined, [4])] }))).toThrow(
      'roundTrip: b.0 is float64 [2, 2] in saved and float64 [4] in loaded.',
    );
    expect(through((t) => ({ ...t, a: tensor(t.a.dataSync(), [3], float64) }))).toThrow(/float64 \[3\]/);
    expect(through(({ a }) => ({ a }))).toThrow('roundTrip: saved has a, b.0, and loaded has a.');
  });
});

describe('determinism', () => {
  it('holds for what depends on nothing else, and is broken by what does', () => {
    determinism(() => ({ y: tanh(x) }));
    let calls = 0;
    expect(() => determinism(() => add(x, calls++ * 1e-15))).toThrow(
      /^determinism: entry \d of value is .* in the first run and .* in the second\.$/,
    );
  });
});
