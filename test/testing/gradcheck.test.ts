import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  defineOp,
  divide,
  exp,
  InputError,
  log,
  matmul,
  multiply,
  negate,
  sigmoid,
  softmax,
  subtract,
  sum,
  type Tensor,
  type Tensors,
  tanh,
  tensor,
} from '../../src/index.ts';
import { GradcheckError, gradcheck } from '../../src/testing/index.ts';
import { filled, float64 } from './values.ts';

/** x² (or x · y) with a gradient of one's own. */
function planted(name: string, vjp: (grad: Tensor, x: Tensor, y: Tensor) => readonly (Tensor | null)[]) {
  const op = defineOp({
    name: `test.${name}`,
    shapes: ([x]) => [x],
    forward: (context, [x, y], [z]) =>
      context.kernels.multiply(
        context.buffer(x),
        context.buffer(y),
        context.buffer(z),
        z.size,
        x.size,
        y.size,
      ),
    vjp: ({ grads: [grad], inputs: [x, y] }) => vjp(grad!, x, y),
    samples: [{ shapes: [[2], [2]], attributes: null }],
    errors: [],
  });
  return ({ x, y }: Tensors) => op.apply([x, y], null)[0];
}

const inputs = (seed: number, size: number) => ({
  x: filled(seed, 'x', [size]),
  y: filled(seed, 'y', [size]),
});
const cases = fc.record({ seed: fc.nat(), size: fc.integer({ min: 1, max: 12 }) });

const farFromZero = (x: Tensor) =>
  tensor(
    x.dataSync().map((value) => (value + Math.sign(value)) / 2),
    x.shape,
    float64,
  );

const right = planted('right', (g, x, y) => [multiply(g, y), multiply(g, x)]);
const wrong: Record<string, (p: Tensors) => Tensor> = {
  'a sign': planted('sign', (g, x, y) => [multiply(g, y), negate(multiply(g, x))]),
  'a missing term': planted('missing', (g, _x, y) => [multiply(g, y), null]),
  'a factor of 1.001': planted('scaled', (g, x, y) => [multiply(multiply(g, y), 1.001), multiply(g, x)]),
  'inputs in each other’s place': planted('swapped', (g, x, y) => [multiply(g, x), multiply(g, y)]),
  'a constant too much': planted('shifted', (g, x, y) => [add(multiply(g, y), 0.01), multiply(g, x)]),
};

describe('gradcheck', () => {
  it('passes right gradients', () => {
    fc.assert(
      fc.property(cases, ({ seed, size }) => {
        const results = gradcheck(right, inputs(seed, size), { seed });
        expect(results.map(({ input }) => input).join('')).toBe('xxxxyyyy');
        for (const { relativeError, kink } of results) {
          expect(relativeError).toBeLessThanOrEqual(1e-6);
          expect(kink).toBeUndefined();
        }
      }),
    );
  });

  it('passes compositions of all sorts, and tells derivatives that are those worked by hand', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (seed, n) => {
        const p = { w: filled(seed, 'w', [n, n]), x: filled(seed, 'x', [3, n]) };
        gradcheck(({ w, x }) => softmax(matmul(tanh(matmul(x, w)), w)), p, { seed });
        gradcheck(({ w, x }) => divide(sum(sigmoid(matmul(x, w))), add(1, exp(sum(x)))), p, { seed });
        gradcheck(({ x }) => log(add(1.5, x)), p, { seed });
      }),
    );
    // f = 3x: along v the derivative is 3 v · weight.
    const [{ analytic, numeric }] = gradcheck(({ x }) => multiply(x, 3), { x: tensor([1], [1], float64) });
    const [{ analytic: single }] = gradcheck(({ x }) => multiply(x, 1), { x: tensor([1], [1], float64) });
    expect(analytic).toBeCloseTo(3 * single, 12);
    expect(numeric).toBeCloseTo(analytic, 9);
  });

  for (const [mistake, f] of Object.entries(wrong)) {
    it(`finds ${mistake}`, () => {
      fc.assert(
        fc.property(cases, ({ seed, size }) => {
          const { x, y } = inputs(seed, size);
          // Of size ½ to 1: a mistake in what is next to 0 is next to none.
          const away = { x: farFromZero(x), y: farFromZero(y) };
          expect(() => gradcheck(f, away, { seed, directions: 6 })).toThrow(GradcheckError);
        }),
      );
    });
  }

  it('finds a mistake in one element of many', () => {
    const first = tensor(
      Array.from({ length: 30 }, (_, i) => (i === 17 ? 1.01 : 1)),
      [30],
      float64,
    );
    const f = planted('oneElement', (g, x, y) => [multiply(multiply(g, y), first), multiply(g, x)]);
    expect(() => gradcheck(f, inputs(1, 30))).toThrow(GradcheckError);
  });

  it('finds mistakes in functions of very small and of very large numbers', () => {
    for (const scale of [1e-12, 1e-8, 1e-4, 1e4, 1e8]) {
      const scaled = (f: (p: Tensors) => Tensor) => (p: Tensors) => multiply(f(p), scale);
      expect(() => gradcheck(scaled(right), inputs(3, 5))).not.toThrow();
      expect(() => gradcheck(scaled(wrong['a sign']), inputs(3, 5)), `${scale}`).toThrow(GradcheckError);
    }
  });

  it('says what it found', () => {
    expect(() => gradcheck(wrong['a sign'], inputs(1, 3), { seed: 5 })).toThrow(
      /^gradcheck: the gradient by y along direction \d \(seed 5\): analytic -?[\d.e-]+, and differences give -?[\d.e-]+: a relative error of [\d.e+-]+, above 0.000001\.\n/,
    );
  });

  it('finds NaN', () => {
    const x = tensor([-1, 2], [2], float64);
    expect(() => gradcheck((p) => log(p.x), { x })).toThrow(GradcheckError);
    expect(() => gradcheck((p) => multiply(subtract(p.x, p.x), Number.NaN), { x })).toThrow(GradcheckError);
  });

  it('obeys its options', () => {
    expect(gradcheck(right, inputs(1, 3), { directions: 9 })).toHaveLength(18);
    expect(() => gradcheck(wrong['a factor of 1.001'], inputs(1, 3), { tolerance: 0.1 })).not.toThrow();
    expect(gradcheck(right, inputs(1, 3), { seed: 1 })).toEqual(gradcheck(right, inputs(1, 3), { seed: 1 }));
    expect(gradcheck(right, inputs(1, 3), { seed: 1 })).not.toEqual(
      gradcheck(right, inputs(1, 3), { seed: 2 }),
    );
  });

  it('refuses float32, which differences would drown, by name', () => {
    const single = { x: tensor([1, 2]), y: tensor([1, 2]) };
    expect(() => gradcheck(right, single)).toThrow(/input x is float32, expected float64/);
    expect(() => gradcheck(right, { ...inputs(1, 2), y: single.y })).toThrow(/input y/);
    expect(() => gradcheck(right, single)).toThrow(InputError);
  });

  it('refuses to compare nothing', () => {
    expect(() => gradcheck(wrong['a sign'], inputs(1, 3), { directions: 0 })).toThrow(InputError);
  });
});
