import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  ctcLoss,
  exp,
  grad,
  InputError,
  logSoftmax,
  lstmSequence,
  lstmSteps,
  matmul,
  multiply,
  registry,
  reshape,
  sigmoid,
  slice,
  softmax,
  subtract,
  sum,
  type Tensor,
  type Tensors,
  tanh,
  tensor,
  transpose,
} from '../../src/index.ts';
import { gradcheck } from '../../src/testing/index.ts';
import { distance, expectNumbers, filled, float64 } from '../testing/values.ts';

const number = fc.double({ min: -2, max: 2, noNaN: true });

/** The derivative of an elementwise function, as a function of the same kind. */
const derivative =
  (f: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    grad((p: Tensors) => sum(f(p.x)))({ x }).x;

describe('derivatives of derivatives', () => {
  it('are worked by hand for x³, eˣ, tanh and σ, up to the third', () => {
    const t = Math.tanh;
    const s = (x: number) => 1 / (1 + Math.exp(-x));
    const cases: [(x: Tensor) => Tensor, ((x: number) => number)[]][] = [
      [(x) => multiply(x, multiply(x, x)), [(x) => 3 * x * x, (x) => 6 * x, () => 6]],
      [exp, [Math.exp, Math.exp, Math.exp]],
      [
        tanh,
        [
          (x) => 1 - t(x) ** 2,
          (x) => -2 * t(x) * (1 - t(x) ** 2),
          (x) => (1 - t(x) ** 2) * (6 * t(x) ** 2 - 2),
        ],
      ],
      [
        sigmoid,
        [
          (x) => s(x) * (1 - s(x)),
          (x) => s(x) * (1 - s(x)) * (1 - 2 * s(x)),
          (x) => s(x) * (1 - s(x)) * (1 - 6 * s(x) * (1 - s(x))),
        ],
      ],
    ];
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 5 }),
        fc.nat(cases.length - 1),
        (values, index) => {
          const [f, expected] = cases[index];
          const x = tensor(values, undefined, float64);
          let current = f;
          for (const formula of expected) {
            current = derivative(current);
            expectNumbers(current(x), values.map(formula), 1e-11);
          }
        },
      ),
    );
  });

  it('vanish for the fourth of x³', () => {
    const cube = (x: Tensor) => multiply(x, multiply(x, x));
    const fourth = derivative(derivative(derivative(derivative(cube))));
    expectNumbers(fourth(tensor([2, 3], undefined, float64)), [0, 0]);
  });

  it('give ½ xᵀ A x the Hessian ½ (A + Aᵀ)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(), (n, seed) => {
        const [a, x, v] = [filled(seed, 'a', [n, n]), filled(seed, 'x', [n, 1]), filled(seed, 'v', [n, 1])];
        const f = (p: Tensors) => multiply(0.5, sum(multiply(p.x, matmul(a, p.x))));
        const product = grad((p: Tensors) => sum(multiply(grad(f)(p).x, v)))({ x }).x;
        const expected = multiply(0.5, add(matmul(a, v), matmul(transpose(a), v)));
        expect(distance(product.dataSync(), expected.dataSync(), 1)).toBeLessThan(1e-12);
      }),
    );
  });

  it('mix: ∂²/∂a∂b of a²b³ is 6ab²', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        const f = (p: Tensors) => multiply(multiply(p.a, p.a), multiply(p.b, multiply(p.b, p.b)));
        const inner = (p: Tensors) => grad((q: Tensors) => f({ ...p, a: q.a }))({ a: p.a }).a;
        const found = grad(inner)({ a: tensor(a, [], float64), b: tensor(b, [], float64) });
        expect(found.b.item()).toBeCloseTo(6 * a * b * b, 9);
        expect(found.a.item()).toBeCloseTo(2 * b ** 3, 9);
      }),
    );
  });

  it('do not confuse the variables of two levels', () => {
    // d/dx [x · d/dy (x y²) at y = x] = d/dx 2x³ = 6x².
    const f = ({ x }: Tensors) =>
      multiply(x, grad(({ y }: Tensors) => multiply(x, multiply(y, y)))({ y: multiply(x, 1) }).y);
    fc.assert(
      fc.property(number, (value) => {
        expect(grad(f)({ x: tensor(value, [], float64) }).x.item()).toBeCloseTo(6 * value * value, 9);
      }),
    );
  });

  it('are what differences of gradients give: Hessian-vector products of a small network', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (seed, n) => {
        const inputs = {
          x: filled(seed, 'x', [3, n]),
          w: filled(seed, 'w', [n, 2]),
          v: filled(seed, 'v', [2, 1]),
        };
        const loss = (p: Tensors) => sum(sigmoid(matmul(tanh(matmul(p.x, p.w)), p.v)));
        gradcheck((p) => flat(grad(loss)(p)), inputs, { seed, directions: 2 });
      }),
    );
  });

  it('go through softmax and logSoftmax, to the third order', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 2, max: 5 }),
        (seed, rows, columns) => {
          const [x, weights] = [filled(seed, 'x', [rows, columns]), filled(seed, 'weights', [rows, columns])];
          for (const op of [softmax, logSoftmax]) {
            const loss = (p: Tensors) => sum(multiply(weights, multiply(op(p.x), op(p.x))));
            gradcheck((p) => grad(loss)(p).x, { x }, { seed, directions: 2 });
            gradcheck(
              (p) => grad((q: Tensors) => sum(multiply(weights, grad(loss)(q).x)))(p).x,
              { x },
              { seed, directions: 1 },
            );
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('go through the LSTM when it is written in steps', () => {
    const inputs = {
      gates: filled(1, 'gates', [3, 2, 8]),
      bias: filled(1, 'bias', [8]),
      h0: filled(1, 'h0', [2, 2]),
      c0: filled(1, 'c0', [2, 2]),
      u: filled(1, 'u', [8, 2]),
    };
    const loss = ({ u, ...rest }: Tensors) => {
      const { h, c } = lstmSteps({ ...(rest as typeof inputs), recurrent: [u], lengths: [3, 2] });
      return sum(multiply(h, add(c, h)));
    };
    gradcheck((p) => flat(grad(loss)(p)), inputs, { directions: 6 });
  });
});

describe('every op with a vjp made of ops', () => {
  for (const [name, { definition, apply }] of registry()) {
    if (definition.vjp === undefined) continue;
    definition.samples.forEach((sample, index) => {
      it(`${name} has the second derivative that differences give (sample ${index})`, () => {
        fc.assert(
          fc.property(fc.nat(), (seed) => {
            const [low, high] = sample.range ?? [-2, 2];
            const values = sample.shapes.map((shape, i) =>
              filled(seed, `${i}`, shape)
                .dataSync()
                .map((value) => low + ((high - low) * (value + 1)) / 2),
            );
            if (definition.kink !== undefined) fc.pre(definition.kink(values, sample.attributes) > 0.05);
            const inputs = Object.fromEntries(
              values.map((value, i) => [`${i}`, tensor(value, sample.shapes[i], float64)]),
            );
            // The square, because many ops have no second derivative of their own.
            const loss = (p: Tensors) =>
              apply(Object.values(p), sample.attributes)
                .map((y) => sum(multiply(y, multiply(y, y))))
                .reduce(add);
            gradcheck((p) => flat(grad(loss)(p)), inputs, { seed, directions: 2 });
          }),
          { numRuns: 20 },
        );
      });
    });
  }
});

describe('fused ops', () => {
  it('refuse a second derivative by name', () => {
    const inputs = { gates: filled(1, 'gates', [2, 1, 4]), u: filled(1, 'u', [4, 1]) };
    const rest = { bias: filled(1, 'bias', [4]), h0: filled(1, 'h0', [1, 1]), c0: filled(1, 'c0', [1, 1]) };
    const lstm = ({ gates, u }: Tensors) => sum(lstmSequence({ ...rest, gates, recurrent: [u] }).h);
    const ctc = ({ gates }: Tensors) => sum(ctcLoss(gates, [[1]], [2]));
    for (const [name, loss] of Object.entries({ lstmSequence: lstm, ctcLoss: ctc })) {
      const second = (p: Tensors) => sum(multiply(grad(loss)(p).gates, grad(loss)(p).gates));
      const run = () => grad(second)(inputs);
      expect(run).toThrow(InputError);
      expect(run).toThrow(
        `${name} is a fused op with a first-order gradient: it cannot be differentiated twice.`,
      );
      // The first derivative is there all the same, also after the refusal.
      expect(grad(loss)(inputs).gates.shape).toEqual([2, 1, 4]);
    }
  });

  it('refuse it also when only the weight of their output is differentiated', () => {
    // ∂h/∂gates · s by s: the gradient is linear in what comes from above, and first order all the same.
    const gates = filled(1, 'gates', [2, 1, 4]);
    const loss = (s: Tensor) => (p: Tensors) => multiply(s, sum(ctcLoss(p.gates, [[1]], [2])));
    const second = ({ s }: Tensors) => sum(grad(loss(s))({ gates }).gates);
    expect(() => grad(second)({ s: tensor(2, [], float64) })).toThrow(/ctcLoss is a fused op/);
  });
});

describe("Rosenbrock's function", () => {
  // f = (1 − x)² + 100 (y − x²)².
  const f = ({ p }: Tensors) => {
    const [x, y] = [slice(p, [0], [1]), slice(p, [1], [1])];
    const [a, b] = [subtract(1, x), subtract(y, multiply(x, x))];
    return sum(add(multiply(a, a), multiply(100, multiply(b, b))));
  };
  const hessianTimes = (p: Tensor, v: Tensor) =>
    grad((q: Tensors) => sum(multiply(grad(f)(q).p, v)))({ p }).p;

  it('has its gradient and its Hessian', () => {
    fc.assert(
      fc.property(number, number, (x, y) => {
        const p = tensor([x, y], undefined, float64);
        const slope = [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)];
        expect(distance(grad(f)({ p }).p.dataSync(), Float64Array.from(slope), 1)).toBeLessThan(1e-12);
        const columns = [
          [1, 0],
          [0, 1],
        ].map((v) => hessianTimes(p, tensor(v, undefined, float64)).dataSync());
        const expected = [
          [2 - 400 * (y - 3 * x * x), -400 * x],
          [-400 * x, 200],
        ];
        columns.forEach((column, i) => {
          expect(distance(column, Float64Array.from(expected[i]), 1)).toBeLessThan(1e-12);
        });
      }),
    );
  });

  it("is at its minimum after a few of Newton's steps", () => {
    let point = [-1.2, 1];
    for (let i = 0; i < 6; i++) {
      const p = tensor(point, undefined, float64);
      const [gx, gy] = grad(f)({ p }).p.dataSync();
      const [a, b] = hessianTimes(p, tensor([1, 0], undefined, float64)).dataSync();
      const [, d] = hessianTimes(p, tensor([0, 1], undefined, float64)).dataSync();
      const determinant = a * d - b * b;
      point = [point[0] - (d * gx - b * gy) / determinant, point[1] - (a * gy - b * gx) / determinant];
    }
    expect(point[0]).toBeCloseTo(1, 10);
    expect(point[1]).toBeCloseTo(1, 10);
  });
});

/** All tensors of a record one after the other. */
function flat(tensors: Tensors): Tensor {
  return concat(Object.values(tensors).map((x) => reshape(x, [x.size])));
}
