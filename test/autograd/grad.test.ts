import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  backend,
  defineOp,
  divide,
  exp,
  grad,
  InputError,
  log,
  matmul,
  mean,
  multiply,
  negate,
  scope,
  sigmoid,
  sign,
  step,
  subtract,
  sum,
  type Tensors,
  tanh,
  tensor,
  valueAndGrad,
  zeros,
} from '../../src/index.ts';
import { distance, expectNumbers, filled, float64 } from '../testing/values.ts';

const number = fc.double({ min: -2, max: 2, noNaN: true });
const scalar = (value: number) => tensor(value, [], float64);

describe('valueAndGrad', () => {
  it('gives derivatives worked by hand', () => {
    const sig = (x: number) => 1 / (1 + Math.exp(-x));
    const cases: [
      name: string,
      (p: Tensors) => ReturnType<typeof sum>,
      (x: number) => number,
      (x: number) => number,
    ][] = [
      ['eˣ²', ({ x }) => exp(multiply(x, x)), (x) => Math.exp(x * x), (x) => 2 * x * Math.exp(x * x)],
      [
        'tanh σ(x)',
        ({ x }) => tanh(sigmoid(x)),
        (x) => Math.tanh(sig(x)),
        (x) => (1 - Math.tanh(sig(x)) ** 2) * sig(x) * (1 - sig(x)),
      ],
      [
        'x / (1 + x²)',
        ({ x }) => divide(x, add(1, multiply(x, x))),
        (x) => x / (1 + x * x),
        (x) => (1 - x * x) / (1 + x * x) ** 2,
      ],
      ['ln(1 + eˣ)', ({ x }) => log(add(1, exp(x))), (x) => Math.log1p(Math.exp(x)), sig],
      ['3 − x', ({ x }) => subtract(3, x), (x) => 3 - x, () => -1],
    ];
    fc.assert(
      fc.property(number, fc.nat(cases.length - 1), (value, index) => {
        const [, f, expected, derivative] = cases[index];
        const { value: found, grads } = valueAndGrad(f)({ x: scalar(value) });
        expect(found.item()).toBeCloseTo(expected(value), 12);
        expect(grads.x.item()).toBeCloseTo(derivative(value), 12);
        expect(grads.x.shape).toEqual([]);
      }),
    );
  });

  it('gives Σ W x its two gradients, x in every row and the column sums of W', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.nat(), (m, n, seed) => {
        const w = filled(seed, 'w', [m, n]);
        const x = filled(seed, 'x', [n, 1]);
        const grads = grad((p: Tensors) => sum(matmul(p.w, p.x)))({ w, x });
        const xs = x.dataSync();
        const ws = w.dataSync();
        expectNumbers(
          grads.w,
          Array.from({ length: m * n }, (_, i) => xs[i % n]),
        );
        expectNumbers(
          grads.x,
          Array.from({ length: n }, (_, j) =>
            Array.from({ length: m }, (_, i) => ws[i * n + j]).reduce((a, b) => a + b),
          ),
        );
      }),
    );
  });

  it('sums over all uses of a parameter', () => {
    fc.assert(
      fc.property(number, fc.integer({ min: 1, max: 8 }), (value, power) => {
        const f = ({ x }: Tensors) => {
          let y = x;
          for (let i = 1; i < power; i++) y = multiply(y, x);
          return add(y, add(x, x));
        };
        expect(grad(f)({ x: scalar(value) }).x.item()).toBeCloseTo(power * value ** (power - 1) + 2, 9);
      }),
    );
  });

  it('sums over broadcast axes', () => {
    const [row, column, single] = [
      filled(1, 'row', [4]),
      filled(1, 'column', [3, 1]),
      filled(1, 'single', [1, 1, 1]),
    ];
    const x = filled(1, 'x', [2, 3, 4]);
    const grads = grad((p: Tensors) => sum(multiply(multiply(p.row, p.column), multiply(p.single, x))))({
      row,
      column,
      single,
    });
    const [r, c, s, xs] = [row, column, single, x].map((t) => t.dataSync());
    const expected = { row: new Float64Array(4), column: new Float64Array(3), single: new Float64Array(1) };
    for (let i = 0; i < 24; i++) {
      const [j, k] = [Math.floor(i / 4) % 3, i % 4];
      expected.row[k] += c[j] * s[0] * xs[i];
      expected.column[j] += r[k] * s[0] * xs[i];
      expected.single[0] += r[k] * c[j] * xs[i];
    }
    for (const name of ['row', 'column', 'single'] as const) expectNumbers(grads[name], expected[name]);
    expect(grads.single.shape).toEqual([1, 1, 1]);
  });

  it('gives zeros to a parameter without part in the loss', () => {
    const unused = filled(1, 'unused', [2, 3]);
    const grads = grad(({ x }: Tensors) => sum(x))({ x: scalar(1), unused });
    expect(grads.unused.shape).toEqual([2, 3]);
    expectNumbers(grads.unused, new Float64Array(6));
    const constant = grad(() => scalar(5))({ unused });
    expectNumbers(constant.unused, new Float64Array(6));
  });

  it('gives zeros of the kind of the parameter', () => {
    const other = tensor([1, 2], [2], { backend: backend('reference') });
    const grads = grad(({ x }: Tensors) => sum(x))({ x: scalar(1), other });
    expect(grads.other.dtype).toBe('float32');
    const single = grad(({ x }: Tensors) => sum(x))({ x: tensor([1]), other });
    expect(single.other.backend).toBe(other.backend);
  });

  it('takes a parameter that is the loss', () => {
    const { value, grads } = valueAndGrad(({ x }: Tensors) => x)({ x: scalar(3) });
    expect([value.item(), grads.x.item()]).toEqual([3, 1]);
  });

  it('passes further arguments on and does not differentiate by them', () => {
    const f = ({ x }: Tensors, factor: number, power: { y: ReturnType<typeof scalar> }) =>
      multiply(multiply(x, factor), power.y);
    const { grads } = valueAndGrad(f)({ x: scalar(3) }, 5, { y: scalar(7) });
    expect(Object.keys(grads)).toEqual(['x']);
    expect(grads.x.item()).toBe(35);
  });

  it('leaves parameters alone, and its results outlive it', () => {
    const x = filled(2, 'x', [5]);
    const before = x.dataSync();
    const { value, grads } = valueAndGrad((p: Tensors) => sum(multiply(p.x, p.x)))({ x });
    for (let i = 0; i < 20; i++) add(x, i);
    expect(value.item()).toBeCloseTo(
      Array.from(before).reduce((total, v) => total + v * v, 0),
      12,
    );
    expectNumbers(
      grads.x,
      before.map((v) => 2 * v),
    );
    expect(x.dataSync()).toEqual(before);
  });

  it('gives on wasm what it gives in float64', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const f = (p: Tensors) => mean(tanh(add(matmul(p.x, p.w), p.b)));
        const inputs = {
          x: filled(seed, 'x', [5, 7]),
          w: filled(seed, 'w', [7, 3]),
          b: filled(seed, 'b', [3]),
        };
        const single = Object.fromEntries(
          Object.entries(inputs).map(([name, t]) => [name, tensor(t.dataSync(), t.shape)]),
        );
        const expected = grad(f)(inputs);
        const found = grad(f)(single);
        for (const name of ['x', 'w', 'b'] as const) {
          expect(distance(found[name].dataSync(), expected[name].dataSync())).toBeLessThan(1e-5);
        }
      }),
    );
  });

  it('refuses a loss that is no scalar, or no tensor', () => {
    expect(() => grad(({ x }: Tensors) => x)({ x: zeros([2, 3]) })).toThrow(
      /returned shape \[2, 3\], expected a scalar/,
    );
    expect(() => grad(({ x }: Tensors) => x)({ x: zeros([0]) })).toThrow(InputError);
    expect(() => grad((() => 3) as never)({ x: zeros([2]) })).toThrow(/did not return a tensor/);
    expect(grad(({ x }: Tensors) => x)({ x: zeros([1, 1]) }).x.shape).toEqual([1, 1]);
  });

  it('gives zero for the derivative of sign and step, off their jump', () => {
    const x = tensor([1, -2], [2], float64);
    for (const op of [sign, step]) {
      expectNumbers(grad((p: Tensors) => sum(op(p.x)))({ x }).x, [0, 0]);
      const constant = tensor([3, -4], [2], float64);
      expectNumbers(grad((p: Tensors) => sum(multiply(p.x, op(constant))))({ x }).x, op(constant).dataSync());
    }
  });

  it('refuses one tensor under two names, whose gradients nobody could tell apart', () => {
    const x = scalar(3);
    expect(() => grad(({ a, b }: Tensors) => multiply(a, b))({ a: x, b: x })).toThrow(InputError);
  });
});

describe('the tape', () => {
  const log: string[] = [];
  const observed = defineOp({
    name: 'test.observed',
    shapes: ([x]) => [x],
    forward: (context, [x], [y]) => {
      log.push('forward');
      context.kernels.scale(context.buffer(x), context.buffer(y), y.size, 2);
    },
    vjp: ({ grads: [g] }) => {
      log.push('vjp');
      return [multiply(g!, 2)];
    },
    samples: [{ shapes: [[2]], attributes: null }],
    errors: [],
  });
  const twice = (x: Tensors[string]) => observed.apply([x], null)[0];

  it('does not record what was computed outside', () => {
    log.length = 0;
    const x = scalar(3);
    const before = twice(x);
    const { x: found } = grad((p: Tensors) => multiply(p.x, before))({ x });
    expect(found.item()).toBe(6);
    twice(x);
    grad((p: Tensors) => multiply(p.x, p.x))({ x });
    expect(log).toEqual(['forward', 'forward']);
  });

  it('asks for no gradient of what the loss does not need', () => {
    log.length = 0;
    grad(({ x }: Tensors) => {
      twice(x);
      twice(scalar(1));
      return multiply(x, x);
    })({ x: scalar(3) });
    expect(log).toEqual(['forward', 'forward']);
  });

  it('is closed when the function throws', () => {
    log.length = 0;
    const x = scalar(3);
    const failing = (p: Tensors) => {
      twice(p.x);
      throw new RangeError('mine');
    };
    expect(() => grad(failing)({ x })).toThrow('mine');
    expect(scope(() => twice(x)).item()).toBe(6);
    expect(grad((p: Tensors) => negate(p.x))({ x }).x.item()).toBe(-1);
    expect(log).toEqual(['forward', 'forward']);
  });

  it('calls an op at its name only once in the registry', () => {
    expect(() => defineOp({ ...observed.definition })).toThrow(/test\.observed is defined twice/);
    const { vjp } = observed.definition;
    const broken = { ...observed.definition, name: 'test.broken' };
    expect(() => defineOp({ ...broken, forward: undefined })).toThrow(/either forward or alias/);
    expect(() => defineOp({ ...broken, vjp, backward: () => [null] })).toThrow(/both vjp and backward/);
  });

  it('reports a vjp of a wrong shape', () => {
    const wrong = defineOp({
      ...observed.definition,
      name: 'test.wrongShape',
      vjp: () => [zeros([7], float64)],
    });
    expect(() => grad(({ x }: Tensors) => wrong.apply([x], null)[0])({ x: scalar(1) })).toThrow(
      /gradient of test\.wrongShape for input 0 has shape \[7\], not \[\]/,
    );
  });
});
