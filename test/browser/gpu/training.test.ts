import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  adam,
  type Backend,
  backend,
  ctcLoss,
  mean,
  type RecurrentModelSpec,
  recurrentModel,
  sgd,
  type Tensors,
  tensor,
  trainStepAsync,
} from '../../../src/index.ts';
import { gpuBackend, modes } from './modes.ts';

// SwiftShader compiles and runs kernels on a processor that other tests use as well.
vi.setConfig({ testTimeout: 600_000 });

const [T, B, INPUT, CLASSES] = [8, 3, 5, 4];
const x = Float32Array.from({ length: T * B * INPUT }, (_, i) => Math.sin(i * i));
const labels = [[1, 2, 3], [3, 3], [2]];
const frames = [8, 7, 5];

const model = recurrentModel({
  inputSize: INPUT,
  layers: [
    { hidden: 8, input: { toeplitzLike: 2 }, recurrent: { sharedLowRank: 4 } },
    { hidden: 6, recurrent: { lowRank: 3 } },
  ],
  outputSize: CLASSES,
});

/** Losses of the first updates of an LSTM with CTC. */
async function train(home: Backend, steps: number): Promise<number[]> {
  const parameters = model.initialise(7, { backend: home });
  const optimizer = adam(parameters);
  const inputs = tensor(x, [T, B, INPUT], { backend: home });
  const loss = (p: Tensors) => mean(ctcLoss(model.apply(p, inputs, { lengths: frames }).y, labels, frames));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const result = await trainStepAsync(loss, parameters, optimizer, { learningRate: 0.06, clipNorm: 1 });
    expect(result.applied).toBe(true);
    losses.push(result.loss);
  }
  return losses;
}

describe.each(modes)('on %s', (mode) => {
  it('an LSTM with CTC learns as on the reference', async () => {
    const [found, expected] = [
      await train(await gpuBackend(mode), 12),
      await train(backend('reference'), 12),
    ];
    expect(found.at(-1)).toBeLessThan(0.5 * found[0]);
    found.forEach((loss, step) => {
      expect(Math.abs(loss - expected[step]) / expected[0]).toBeLessThan(1e-4);
    });
  });

  it('says which device and mode it runs on', async () => {
    expect((await gpuBackend(mode)).description).toMatch(
      new RegExp(`^gpu \\(gpu\\.js, ${mode}: .*SwiftShader`, 'i'),
    );
  });
});

/** Memory that the page holds on the GPU: textures of WebGL2, buffers of WebGPU. */
const held = new Set<object>();
const originals = new Map<object, Record<string, unknown>>();

/** Replaces a method to be told of its calls. */
function watch(
  prototype: object,
  method: string,
  seen: (self: object, result: object, args: object[]) => void,
) {
  const original = (prototype as Record<string, (...args: object[]) => object>)[method];
  originals.set(prototype, { ...originals.get(prototype), [method]: original });
  Object.assign(prototype, {
    [method](this: object, ...args: object[]) {
      const result = original.apply(this, args);
      seen(this, result, args);
      return result;
    },
  });
}

beforeEach(() => {
  held.clear();
  watch(WebGL2RenderingContext.prototype, 'createTexture', (_, texture) => held.add(texture));
  watch(WebGL2RenderingContext.prototype, 'deleteTexture', (_, __, [texture]) => held.delete(texture));
  const { GPUDevice, GPUBuffer } = globalThis as unknown as Record<string, { prototype: object } | undefined>;
  if (GPUDevice === undefined || GPUBuffer === undefined) return;
  watch(GPUDevice.prototype, 'createBuffer', (_, buffer) => held.add(buffer));
  watch(GPUBuffer.prototype, 'destroy', (buffer) => held.delete(buffer));
});

afterEach(() => {
  for (const [prototype, methods] of originals) Object.assign(prototype, methods);
  originals.clear();
});

describe.each(modes)('on %s', (mode) => {
  it('leaves no memory on the device after 200 updates', async () => {
    const home = await gpuBackend(mode);
    const spec: RecurrentModelSpec = { inputSize: 2, layers: [{ hidden: 3, cell: 'rnn' }], outputSize: 2 };
    const tiny = recurrentModel(spec);
    const parameters = tiny.initialise(1, { backend: home });
    const optimizer = sgd(parameters);
    const inputs = tensor(x.slice(0, 8), [2, 2, 2], { backend: home });
    const step = () =>
      trainStepAsync((p) => mean(tiny.apply(p, inputs).y), parameters, optimizer, { learningRate: 0.001 });
    // Kernels keep their last result: compile all of them first.
    for (let i = 0; i < 3; i++) await step();
    const before = held.size;
    expect(before).toBeGreaterThan(10);
    for (let i = 0; i < 200; i++) await step();
    expect(held.size).toBeLessThanOrEqual(before);
  });
});
