import { describe, expect, it, vi } from 'vitest';
import { bounds, relativeError } from '../../../bench/gpu/registryCheck.ts';
import {
  type Backend,
  fromDisplacement,
  fromDisplacementTranspose,
  multiply,
  random,
  recurrentModel,
  scope,
  sum,
  type Tensor,
  type Tensors,
  tensor,
  valueAndGrad,
} from '../../../src/index.ts';
import { structuredProduct } from '../../../src/ops/structuredProduct.ts';
import { gpuBackend, modes } from './modes.ts';

// SwiftShader compiles and runs kernels on a processor that other tests use as well.
vi.setConfig({ testTimeout: 600_000 });

/* Structured products of sizes that are transformed, against float64; those that are gathered are checked with all other ops. */

const sizes = [512, 1000];

function draw(what: string, shape: readonly number[], home: Home): Tensor {
  const { normal } = random(5, what);
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, normal);
  return tensor(values, shape, home);
}

type Home = { readonly backend: Backend } | { readonly dtype: 'float64' };
type Shapes = Readonly<Record<string, readonly number[]>>;

/** What `f` gives for random inputs, and the gradient of a weighted sum of it. */
function outputAndGrads(shapes: Shapes, f: (inputs: Tensors) => Tensor, home: Home) {
  return scope(() => {
    let y: Tensor | undefined;
    const inputs = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, draw(name, shape, home)]),
    );
    const { grads } = valueAndGrad((given: Tensors) => {
      y = f(given);
      return sum(multiply(y, draw('weights', y.shape, home)));
    })(inputs);
    return { y: y!, grads };
  });
}

async function compare(shapes: Shapes, f: (inputs: Tensors) => Tensor, backend: Backend, bound: number) {
  const found = outputAndGrads(shapes, f, { backend });
  const expected = outputAndGrads(shapes, f, { dtype: 'float64' });
  expect(relativeError(await found.y.data(), expected.y.dataSync())).toBeLessThan(bound);
  for (const [name, grad] of Object.entries(found.grads)) {
    expect(relativeError(await grad.data(), expected.grads[name].dataSync()), name).toBeLessThan(
      bounds.other,
    );
  }
}

describe.each(modes)('on %s', (mode) => {
  describe.each(sizes)('of size %i', (n) => {
    it.each([false, true])('a circulant product is that of float64 (skew %s)', async (skew) => {
      // The input and the blocks are cut off the square.
      const [rows, cols] = [n - 7, n - 3];
      const shapes = { x: [3, cols], v: [2, n] };
      const product = ({ x, v }: Tensors) =>
        structuredProduct(x, { terms: [{ kind: 'circulant', skew, rows, cols }], tensors: [v] }, 2 * rows);
      await compare(shapes, product, await gpuBackend(mode), bounds.primitive);
    });

    it('a Toeplitz-like product is that of float64', async () => {
      const shapes = { x: [3, n], generators: [2, 2, 3, n] };
      const product = ({ x, generators }: Tensors) =>
        structuredProduct(
          x,
          { terms: [{ kind: 'toeplitzLike', rows: n - 7, cols: n }], tensors: [generators] },
          2 * (n - 7),
        );
      await compare(shapes, product, await gpuBackend(mode), bounds.primitive);
    });
  });

  // SwiftShader takes half a minute for a thousand.
  describe.each([256, 400])('of size %i', (n) => {
    it.each(Object.entries({ fromDisplacement, fromDisplacementTranspose }))(
      '%s is that of float64',
      async (_, f) => {
        await compare({ m: [n, n] }, ({ m }) => f(m), await gpuBackend(mode), bounds.primitive);
      },
    );
  });

  it('an LSTM of Toeplitz-like maps by transforms is that of float64', async () => {
    const [time, batch, size] = [2, 3, 512];
    const layer = {
      hidden: size,
      input: { toeplitzLike: 2 },
      recurrent: { toeplitzLike: 2 },
      plan: 'transforms',
    } as const;
    const model = recurrentModel({ inputSize: size, layers: [layer], outputSize: 2 });
    const shapes = Object.fromEntries(
      Object.entries(model.initialise(1)).map(([name, { shape }]) => [name, shape]),
    );
    const outputs = ({ x, ...parameters }: Tensors) => {
      // As small as they would be drawn.
      const scaled = Object.entries(parameters).map(([name, value]) => [name, multiply(value, 0.05)]);
      return model.apply(Object.fromEntries(scaled), x, { lengths: [2, 1, 2] }).y;
    };
    await compare({ ...shapes, x: [time, batch, size] }, outputs, await gpuBackend(mode), bounds.other);
  });
});
