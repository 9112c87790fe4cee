import { describe, expect, it } from 'vitest';
import { relativeError } from '../../../bench/gpu/registryCheck.ts';
import { createGpuBackend } from '../../../src/backends/gpu/backend.ts';
import { startDevice } from '../../../src/backends/gpu/device.ts';
import {
  add,
  type Backend,
  backend,
  crossEntropy,
  ctcLoss,
  exp,
  log,
  logSoftmax,
  lstmSequence,
  multiply,
  openStream,
  recurrentModel,
  relu,
  scope,
  sigmoid,
  softmax,
  startBackend,
  sum,
  type Tensor,
  type Tensors,
  tanh,
  tensor,
  useBackend,
  valueAndGrad,
} from '../../../src/index.ts';
import { gpuBackend, modes } from './modes.ts';

/** Inputs of either sign up to 1e4. */
const large = Float32Array.of(-1e4, -300, -89, -1, -1e-4, 0, 1e-4, 0.3, 1, 30, 89, 1e4);

describe.each(modes)('on %s', (mode) => {
  const functions: Record<string, (x: Tensor) => Tensor> = {
    sigmoid,
    tanh,
    relu,
    softmax,
    logSoftmax,
    'cross-entropy': (x) => crossEntropy(x, [0]),
    'the connectionist loss': (x) =>
      ctcLoss(multiply(x, tensor(1, [], { backend: x.backend, dtype: x.dtype })), [[1, 2]], [3]),
  };

  it.each(Object.entries(functions))(
    '%s is right, and its gradient a number, for |x| up to 1e4',
    async (name, f) => {
      const shape = name.startsWith('the') ? [3, 1, 4] : [1, 12];
      const on = (home: { backend: Backend } | { dtype: 'float64' }) =>
        scope(() => {
          const x = tensor(large, shape, home);
          const { grads } = valueAndGrad(({ x }: Tensors) => sum(f(x)))({ x });
          return { y: f(x), dx: grads.x };
        });
      const [found, expected] = [on({ backend: await gpuBackend(mode) }), on({ dtype: 'float64' })];
      expect(relativeError(await found.y.data(), expected.y.dataSync())).toBeLessThan(1e-6);
      expect(relativeError(await found.dx.data(), expected.dx.dataSync())).toBeLessThan(1e-5);
    },
  );

  it('an LSTM saturates for inputs of 1e4 without NaN', async () => {
    const on = (home: { backend: Backend } | { dtype: 'float64' }) => {
      const gates = tensor(
        Float32Array.from({ length: 24 }, (_, i) => (i % 2 ? 1e4 : -1e4)),
        [3, 1, 8],
        home,
      );
      const zeros = (...shape: number[]) =>
        tensor(new Float32Array(shape.reduce((a, b) => a * b)), shape, home);
      const inputs = { bias: zeros(8), h0: zeros(1, 2), c0: zeros(1, 2), recurrent: [zeros(8, 2)] };
      return scope(() => lstmSequence({ gates, ...inputs }).h);
    };
    const found = await on({ backend: await gpuBackend(mode) }).data();
    expect(relativeError(found, on({ dtype: 'float64' }).dataSync())).toBeLessThan(1e-6);
  });

  it('refuses to read at once, and says what to do', async () => {
    const y = exp(tensor([0, 1], [2], { backend: await gpuBackend(mode) }));
    expect(() => y.dataSync()).toThrow(
      /^Numbers on the gpu backend cannot be read at once, .* await tensor.data\(\)/,
    );
    expect(() => sum(y).item()).toThrow(/cannot be read at once/);
    expect(relativeError(await y.data(), [1, Math.E])).toBeLessThan(1e-6);
  });

  it('refuses streams', async () => {
    const model = recurrentModel({ inputSize: 2, layers: [{ hidden: 2 }], outputSize: 1 });
    const parameters = model.initialise(1, { backend: await gpuBackend(mode) });
    expect(() => openStream(model, parameters)).toThrow(/streams run on the wasm and reference backends/);
  });

  it('is what backend and useBackend give once it was started', async () => {
    const started = await startBackend('gpu', { mode });
    expect(started).toBe(await gpuBackend(mode));
    expect(await startBackend('gpu')).toBe(started);
    expect(backend('gpu')).toBe(started);
    expect(useBackend('gpu')).toBe(started);
    const y = log(tensor([1, Math.E]));
    expect(y.backend).toBe(started);
    useBackend('wasm');
    expect(relativeError(await y.data(), [0, 1])).toBeLessThan(1e-6);
  });

  it('a launch that fails is told of when its numbers are read, by op and kernel', async () => {
    const device = await startDevice(mode);
    const home = createGpuBackend({
      ...device,
      run(program, ...rest) {
        const broken = {
          ...program,
          key: `broken ${program.key}`,
          source: program.source.replace('return', 'return nothing +'),
        };
        return device.run(program.name === 'sigmoid' ? broken : program, ...rest);
      },
    });
    const x = tensor([1, 2], [2], { backend: home });
    const [bad, good] = scope(() => [add(sigmoid(x), 1), add(tanh(x), 1)]);
    await expect(bad.data()).rejects.toThrow(/^sigmoid: the GPU kernel sigmoid failed: /);
    expect(relativeError(await good.data(), [1 + Math.tanh(1), 1 + Math.tanh(2)])).toBeLessThan(1e-6);
  });
});

it('a lost context is an error, not zeros', async () => {
  const contexts: WebGL2RenderingContext[] = [];
  const undo = replaceGetContext((make) => {
    const context = make();
    if (context instanceof WebGL2RenderingContext) contexts.push(context);
    return context;
  });
  const home = createGpuBackend(await startDevice('webgl2'));
  undo();
  const exps = () => exp(tensor([0, 1], [2], { backend: home })).data();
  await exps();
  for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext();
  await expect(exps()).rejects.toThrow(/context was lost/);
});

it('says why it cannot run', async () => {
  const undo = replaceGetContext(() => null);
  try {
    await expect(startDevice('webgl2')).rejects.toThrow(/^The gpu backend cannot run here\. webgl2: ./);
  } finally {
    undo();
  }
});

// The last of this file: gpu.js shares one device among all that start it.
it.runIf(modes.includes('webgpu'))('a lost WebGPU device is an error, not zeros', async () => {
  const { GPUDevice } = globalThis as unknown as { GPUDevice: { prototype: { createBuffer: unknown } } };
  const devices = new Set<{ destroy(): void }>();
  const { prototype } = GPUDevice;
  const { createBuffer } = prototype;
  prototype.createBuffer = function (this: { destroy(): void }, ...args: unknown[]) {
    devices.add(this);
    return (createBuffer as (...given: unknown[]) => unknown).apply(this, args);
  };
  try {
    const home = createGpuBackend(await startDevice('webgpu'));
    const exps = () => exp(tensor([0, 1], [2], { backend: home })).data();
    await exps();
    expect(devices.size).toBe(1);
    for (const device of devices) device.destroy();
    await expect(exps()).rejects.toThrow(/device was lost|device is lost|destroyed/i);
  } finally {
    prototype.createBuffer = createBuffer;
  }
});

/** Lets `around` decide what canvases give as their context. */
function replaceGetContext(around: (make: () => unknown) => unknown): () => void {
  const originals = [HTMLCanvasElement, OffscreenCanvas].map(({ prototype }) => {
    const { getContext } = prototype;
    Object.assign(prototype, {
      getContext(this: HTMLCanvasElement, ...args: [string]) {
        return around(() => (getContext as (...args: [string]) => unknown).apply(this, args));
      },
    });
    return () => Object.assign(prototype, { getContext });
  });
  return () => {
    for (const restore of originals) restore();
  };
}
