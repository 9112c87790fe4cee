import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  absolute,
  add,
  defineOp,
  exp,
  InputError,
  lstmSequence,
  lstmSteps,
  maximum,
  multiply,
  relu,
  sigmoid,
  sum,
  type Tensor,
  type Tensors,
  tanh,
  tensor,
} from '../../src/index.ts';
import { tensors } from '../../src/testing/arbitraries.ts';
import { GradcheckError, type GradcheckResult, gradcheck, gradcheckArrays } from '../../src/testing/index.ts';
import { lstmInputs } from '../nn/sequenceCases.ts';
import { filled, float64 } from './values.ts';

/** The error that `run` throws. */
function failureOf(run: () => unknown): GradcheckError {
  try {
    run();
  } catch (error) {
    if (error instanceof GradcheckError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

/** The identity with another gradient, which the function itself may choose by its input. */
const withGradient = (name: string, vjp: (grad: Tensor, x: Tensor) => Tensor) => {
  const op = defineOp({
    name: `test.forms.${name}`,
    shapes: ([x]) => [x],
    forward: (context, [x], [y]) => context.kernels.scale(context.buffer(x), context.buffer(y), y.size, 1),
    vjp: ({ grads: [grad], inputs: [x] }) => [vjp(grad!, x)],
    samples: [{ shapes: [[2]], attributes: null }],
    errors: [],
  });
  return (x: Tensor) => op.apply([x], null)[0];
};

const mask = (length: number, place: number, value: number) =>
  tensor(
    Array.from({ length }, (_, i) => (i === place ? value : 1)),
    [length],
    float64,
  );
const spoilt = withGradient('spoilt', (g) => multiply(g, mask(12, 7, 1.5)));

describe('what gradcheck takes', () => {
  it('is tensors in nested records and arrays, which it names by their places', () => {
    const inputs = {
      layers: [{ w: filled(1, 'w', [3]) }, { w: filled(2, 'w', [3]) }],
      head: { bias: filled(3, 'b', [3]) },
    };
    const f = ({ layers, head }: typeof inputs) =>
      add(multiply(tanh(layers[0].w), layers[1].w), sigmoid(head.bias));
    const results = gradcheck(f, inputs, { directions: 1 });
    expect(results.map(({ input }) => input)).toEqual(['layers.0.w', 'layers.1.w', 'head.bias']);
    expect(gradcheck((x: Tensor) => exp(x), filled(1, 'x', [2]), { directions: 1 })[0].input).toBe('value');
  });

  it('is functions of several outputs', () => {
    const x = filled(4, 'x', [12]);
    gradcheck((p) => ({ a: tanh(p.x), b: [exp(p.x), p.x] }), { x });
    const { result } = failureOf(() => gradcheck((p) => ({ a: tanh(p.x), b: [spoilt(p.x)] }), { x }));
    // Outputs are counted through all of them.
    expect(result.along).toEqual({ entry: 7, output: 19 });
  });

  it('is not what is no tensor, nor nothing', () => {
    const x = filled(1, 'x', [2]);
    const bad = { x, layers: [{ w: 3 }] } as unknown as Tensors;
    expect(() => gradcheck((p) => p.x, bad)).toThrow('gradcheck: layers.0.w is 3, expected a tensor.');
    expect(() => gradcheck((p) => p.x, {} as Tensors)).toThrow(InputError);
    expect(() => gradcheck(() => 3 as unknown as Tensor, { x })).toThrow(InputError);
  });
});

describe('a failure', () => {
  it('names the input, the entry and the output, and code that fails in the same way', () => {
    fc.assert(
      fc.property(tensors([12], { range: [0.5, 2] }), fc.nat(), (x, seed) => {
        const f = (p: Tensors) => multiply(spoilt(p.x), p.y);
        const error = failureOf(() => gradcheck(f, { y: filled(seed, 'y', [12]), x }, { seed }));
        expect(error.result).toMatchObject({ order: 1, input: 'x', along: { entry: 7, output: 7 } });
        expect(error.result.analytic / error.result.numeric).toBeCloseTo(1.5, 6);
        expect(error.message).toContain('at entry 7 of output 7: analytic');
        expect(error.message).toContain(error.reproducer);
        // Everything that does not matter is 0, and what matters is 1.
        const simple = `{ y: tensor(Float64Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0), [12], { dtype: 'float64' }), x: tensor(`;
        expect(error.reproducer).toContain(simple);
        const again = failureOf(() =>
          new Function('gradcheck', 'tensor', 'f', error.reproducer)(gradcheck, tensor, f),
        );
        expect(again.result.along).toEqual(error.result.along);
      }),
      { numRuns: 5 },
    );
  });

  it('of many zeros prints as its few other numbers', () => {
    const f = (p: Tensors) => multiply(p.x, withLate(p.x));
    const withLate = withGradient('late', (g) => multiply(g, mask(40, 33, 0)));
    const { reproducer } = failureOf(() => gradcheck(f, { x: filled(1, 'x', [40]) }));
    expect(reproducer).toContain('Float64Array.from({ length: 40, 33: 1 }, (value) => value ?? 0)');
    expect(() => new Function('gradcheck', 'tensor', 'f', reproducer)(gradcheck, tensor, f)).toThrow(
      GradcheckError,
    );
  });

  it('in no single entry is told along its direction', () => {
    // A rounding mistake of every entry, each below the tolerance of 1.
    let calls = 0;
    const drifting = withGradient('drifting', (g) => multiply(g, calls++ === 0 ? 1.1 : 1));
    const error = failureOf(() => gradcheck((p) => drifting(p.x), { x: filled(1, 'x', [5]) }, { seed: 9 }));
    expect(error.result.along).toEqual({ direction: 0 });
    expect(error.reproducer).toMatch(/^gradcheck\(f, .*\{ seed: 9 \}\);$/);
  });

  it('by a small input is not hidden by a large one beside it', () => {
    const f = (p: Tensors) => add(multiply(p.large, 1e9), multiply(spoilt(p.small), 1e-3));
    const inputs = { large: filled(1, 'a', [12]), small: filled(1, 'b', [12]) };
    gradcheck(({ large, small }) => add(multiply(large, 1e3), multiply(small, 1e-1)), inputs);
    expect(failureOf(() => gradcheck((p) => ({ a: f(p), b: spoilt(p.small) }), inputs)).result.input).toBe(
      'small',
    );
  });
});

describe('the Jacobian', () => {
  it('is compared entry by entry', () => {
    const inputs = { x: filled(1, 'x', [3]), y: filled(1, 'y', [3]) };
    const results = gradcheck((p) => multiply(p.x, p.y), inputs, { jacobian: true });
    expect(results).toHaveLength(18);
    const y = inputs.y.dataSync();
    for (const { input, along, analytic } of results) {
      const { entry, output } = along as { entry: number; output: number };
      if (input === 'x') expect(analytic).toBe(entry === output ? y[entry] : 0);
    }
    const one = gradcheck((p) => multiply(p.x, p.y), inputs, {
      jacobian: { input: 'x', entry: 2, output: 2 },
    });
    expect(one.map(({ analytic }) => analytic)).toEqual([y[2]]);
  });

  it('finds the entry that is wrong, however small beside the others', () => {
    const f = (p: Tensors) => spoilt(p.x);
    const { result } = failureOf(() => gradcheck(f, { x: filled(1, 'x', [12]) }, { jacobian: true }));
    expect(result.along).toEqual({ entry: 7, output: 7 });
  });

  it('has no place that does not exist', () => {
    const x = filled(1, 'x', [3]);
    for (const place of [
      { input: 'y', entry: 0, output: 0 },
      { input: 'x', entry: 3, output: 0 },
      { input: 'x', entry: 0, output: 3 },
    ]) {
      expect(() => gradcheck((p) => tanh(p.x), { x }, { jacobian: place })).toThrow(
        /expected one of x of 3, and an output below 3/,
      );
    }
  });
});

describe('the second order', () => {
  it('is that of the gradient', () => {
    const x = tensor([0.5, -0.3], [2], float64);
    const results = gradcheck((p) => multiply(p.x, multiply(p.x, p.x)), { x }, { order: 2, jacobian: true });
    expect(results.filter(({ order }) => order === 2)).toHaveLength(4);
    const curved = results.filter(({ order, analytic }) => order === 2 && analytic !== 0);
    // The outputs' weights divide out: (x³)″ is 6 x.
    expect(curved[0].analytic / curved[1].analytic).not.toBe(0);
    expect(curved.map(({ along }) => along)).toEqual([
      { entry: 0, output: 0 },
      { entry: 1, output: 1 },
    ]);
  });

  it('can be wrong where the first is right', () => {
    // x³ with its right gradient, 3x² — whose own gradient is that of 3x·(a constant x).
    const square = defineOp({
      name: 'test.forms.halfConstant',
      shapes: ([x]) => [x],
      forward: (context, [x], [y]) =>
        context.kernels.multiply(
          context.buffer(x),
          context.buffer(x),
          context.buffer(y),
          y.size,
          x.size,
          x.size,
        ),
      vjp: ({ grads: [grad], inputs: [x] }) => [
        multiply(grad!, multiply(2, tensor(x.dataSync(), x.shape, float64))),
      ],
      samples: [{ shapes: [[2]], attributes: null }],
      errors: [],
    });
    const f = (p: Tensors) => square.apply([p.x], null)[0];
    const x = filled(1, 'x', [3]);
    gradcheck(f, { x });
    const error = failureOf(() => gradcheck(f, { x }, { order: 2, seed: 4 }));
    expect(error.message).toMatch(/^gradcheck: the second gradient by x along/);
    expect(error.result).toMatchObject({ order: 2, input: 'x' });
    const again = failureOf(() =>
      new Function('gradcheck', 'tensor', 'f', error.reproducer)(gradcheck, tensor, f),
    );
    expect(again.result).toMatchObject({ order: 2, along: error.result.along });
  });

  it('of compositions of all sorts passes', () => {
    fc.assert(
      fc.property(tensors([4]), fc.nat(), (x, seed) => {
        const inputs = { x, y: filled(seed, 'y', [4]) };
        gradcheck((p) => multiply(tanh(multiply(p.x, p.y)), exp(sum(p.x))), inputs, { order: 2, seed });
      }),
      { numRuns: 30 },
    );
  });

  it('of a fused op is refused by the op, and its definition has one', () => {
    const inputs: Tensors = {
      gates: filled(1, 'gates', [2, 1, 8]),
      bias: filled(1, 'bias', [8]),
      h0: filled(1, 'h0', [1, 2]),
      c0: filled(1, 'c0', [1, 2]),
      U0: filled(1, 'U', [8, 2]),
    };
    const fused = (p: Tensors) => lstmSequence(lstmInputs(p)).h;
    gradcheck(fused, inputs);
    expect(() => gradcheck(fused, inputs, { order: 2 })).toThrow(/lstmSequence/);
    gradcheck((p: Tensors) => lstmSteps(lstmInputs(p)).h, inputs, { order: 2, directions: 1 });
  });
});

describe('a kink', () => {
  const at = (...values: number[]) => ({ x: tensor(values, [values.length], float64) });
  const kinksOf = (results: GradcheckResult[]) => results.map(({ kink }) => kink);

  it('is found by differences from both sides, and passes with a slope between them', () => {
    const [plain, kinked] = kinksOf(gradcheck((p) => relu(p.x), at(0.3, 0), { jacobian: true })).filter(
      (_, i) => i % 3 === 0,
    );
    expect(plain).toBeUndefined();
    expect(kinked!.left).toBeCloseTo(0, 9);
    expect(kinked!.right).toBeCloseTo(1, 9);
    expect(kinksOf(gradcheck((p) => absolute(p.x), at(0)))[0]).toBeDefined();
    expect(kinksOf(gradcheck((p) => maximum(p.x, 1), at(0.5, 1, 2), { directions: 1 }))[0]).toBeDefined();
  });

  it('very near is no reason to fail', () => {
    for (const distance of [1e-2, 1e-3, 1e-5, 1e-8]) gradcheck((p) => relu(p.x), at(distance, -distance));
  });

  it('does not excuse a slope outside of both', () => {
    const wrong = withGradient('backwards', (g) => multiply(g, -1));
    const kinked = failureOf(() => gradcheck((p) => add(relu(p.x), wrong(p.x)), at(0)));
    expect(kinked.message).toMatch(
      /differences give .* from below and .* from above, so that there is a kink/,
    );
    expect(kinked.result.kink).toBeDefined();
  });

  it('that is declared is not reached across', () => {
    // Between kinks so close that only a step that knows of them stays between.
    const f = (p: Tensors) => absolute(add(absolute(p.x), -1e-3));
    let widest = 0;
    const x = 0.5e-3;
    gradcheck(
      (p) => {
        widest = Math.max(widest, Math.abs(p.x.dataSync()[0] - x));
        return f(p);
      },
      at(x),
      { kink: () => 0.5e-3 },
    );
    expect(widest).toBeLessThanOrEqual(0.25e-3);
    expect(widest).toBeGreaterThan(0);
  });

  it('is not a jump, which has no slope at all', () => {
    const f = (p: Tensors) =>
      tensor(
        p.x.dataSync().map((value) => (value > 0 ? 1 : 0)),
        [1],
        float64,
      );
    expect(failureOf(() => gradcheck((p) => add(f(p), multiply(p.x, 0)), at(0))).message).toContain(
      'so that the function jumps there',
    );
  });
});

describe('gradcheckArrays', () => {
  interface Line {
    readonly [name: string]: Float64Array;
    readonly w: Float64Array;
    readonly x: Float64Array;
  }
  const cubic = {
    value: ({ w, x }: Line) => w.reduce((sum, value, i) => sum + value * x[i] ** 3, 0),
    gradient: ({ w, x }: Line, [g]: Float64Array) => ({
      w: x.map((value) => g * value ** 3),
      x: x.map((value, i) => g * 3 * w[i] * value ** 2),
    }),
  };
  const inputs = { w: Float64Array.of(1, 2, -1), x: Float64Array.of(0.5, -0.7, 0.2) };

  it('checks functions of plain arrays', () => {
    expect(gradcheckArrays(cubic, inputs)).toHaveLength(8);
    expect(gradcheckArrays(cubic, inputs, { jacobian: true })).toHaveLength(6);
  });

  it('names the entry of a mistake, and prints code that fails in the same way', () => {
    const wrong = {
      ...cubic,
      gradient: (p: Line, weights: Float64Array) => {
        const grads = cubic.gradient(p, weights);
        grads.x[1] *= 1.001;
        return grads;
      },
    };
    const error = failureOf(() => gradcheckArrays(wrong, inputs));
    expect(error.result).toMatchObject({ input: 'x', along: { entry: 1, output: 0 } });
    expect(error.reproducer).toBe(
      'gradcheckArrays(f, { w: Float64Array.of(0, 1, 0), x: Float64Array.of(0, 1, 0) }, ' +
        '{ jacobian: { input: "x", entry: 1, output: 0 } });',
    );
    expect(() => new Function('gradcheckArrays', 'f', error.reproducer)(gradcheckArrays, wrong)).toThrow(
      GradcheckError,
    );
  });

  it('checks functions of several values, by their vector–Jacobian product', () => {
    const softmax = (x: Float64Array) => {
      const powers = x.map(Math.exp);
      const total = powers.reduce((a, b) => a + b);
      return powers.map((power) => power / total);
    };
    const f = {
      value: softmax,
      gradient: (x: Float64Array, g: Float64Array) => {
        const y = softmax(x);
        const mean = y.reduce((sum, value, i) => sum + value * g[i], 0);
        return y.map((value, i) => value * (g[i] - mean));
      },
    };
    gradcheckArrays(f, Float64Array.of(0.1, 2, -1), { jacobian: true });
    const forgetful = {
      ...f,
      gradient: (x: Float64Array, g: Float64Array) => softmax(x).map((y, i) => y * g[i]),
    };
    expect(() => gradcheckArrays(forgetful, Float64Array.of(0.1, 2, -1))).toThrow(GradcheckError);
  });

  it('survives functions that write over what they are given', () => {
    const rude = {
      value(p: Line) {
        const found = cubic.value(p);
        p.x.fill(Number.NaN);
        return found;
      },
      gradient(p: Line, weights: Float64Array) {
        const found = cubic.gradient(p, weights);
        p.w.fill(Number.NaN);
        return found;
      },
    };
    gradcheckArrays(rude, inputs);
  });

  it('refuses gradients of another shape, and arrays of other kinds', () => {
    const short = { ...cubic, gradient: ({ w }: Line) => ({ w }) };
    expect(() => gradcheckArrays(short, inputs)).toThrow(
      'gradcheckArrays: the gradient has w of 3, expected x of 3 in place 1 of 2.',
    );
    const single = { w: new Float32Array(3), x: new Float32Array(3) } as unknown as Line;
    expect(() => gradcheckArrays(cubic, single)).toThrow(
      'gradcheck: w is a Float32Array, expected a Float64Array.',
    );
  });
});
