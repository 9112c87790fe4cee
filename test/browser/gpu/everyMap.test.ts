import { describe, expect, inject, it, vi } from 'vitest';
import { relativeError } from '../../../bench/gpu/registryCheck.ts';
import {
  type Backend,
  type GpuMode,
  type LayerSpec,
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
import { cellKinds, gatesOf, inputKinds, kinds, mapSpecs } from '../../../src/testing/specArbitraries.ts';
import { gpuBackend, modes } from './modes.ts';

// SwiftShader compiles and runs kernels on a processor that other tests use as well.
vi.setConfig({ testTimeout: 600_000 });

/* Every kind of map in every cell: outputs and gradients on the GPU against float64. */

// Sides that the gates of all cells divide.
const [time, batch, size] = [3, 2, 12];
const lengths = [3, 2];

function draw(what: string, count: number): Float32Array {
  const { normal } = random(5, what);
  return Float32Array.from({ length: count }, normal);
}

function outputsAndGrads(layer: LayerSpec, backend?: Backend) {
  const home = backend === undefined ? { dtype: 'float64' as const } : { backend };
  const model = recurrentModel({ inputSize: size, layers: [layer], outputSize: 2 });
  const parameters = Object.fromEntries(
    Object.entries(model.initialise(3)).map(([name, { shape }]) => {
      const values = draw(
        name,
        shape.reduce((a, b) => a * b, 1),
      ).map((value) => 0.4 * value);
      return [name, tensor(values, shape, home)];
    }),
  );
  const x = tensor(draw('x', time * batch * size), [time, batch, size], home);
  const weights = tensor(draw('weights', time * batch * 2), [time, batch, 2], home);
  return scope(() => {
    const outputs: Tensor[] = [];
    const loss = (p: Tensors) => {
      const { y } = model.apply(p, x, { lengths });
      outputs.push(y);
      return sum(multiply(y, weights));
    };
    const { grads } = valueAndGrad(loss)(parameters);
    return { y: outputs[0], grads };
  });
}

/** Every kind that a configuration knows, by matrices and by transforms. */
function layersOf(cell: Partial<LayerSpec>): [string, LayerSpec][] {
  const gates = gatesOf(cell);
  const of = (kind: (typeof kinds)[number], plan: LayerSpec['plan']): LayerSpec => {
    const map = mapSpecs[kind](size, gates * size, { rank: 2, pick: 1, gates });
    const isInput = inputKinds.includes(kind);
    return {
      hidden: size,
      ...cell,
      plan,
      input: isInput ? (map as LayerSpec['input']) : 'dense',
      recurrent: map,
    };
  };
  const transformed = ['circulant', 'skewCirculant', 'toeplitz', 'toeplitzLike'] as const;
  return [
    ...kinds.map((kind): [string, LayerSpec] => [kind, of(kind, 'dense')]),
    ...transformed.map((kind): [string, LayerSpec] => [`${kind} by transforms`, of(kind, 'transforms')]),
  ];
}

/** What other cells than the LSTM are tried with; cells and maps launch kernels that do not depend on each other. */
const chosen: Readonly<Record<GpuMode, readonly string[]>> = {
  webgl2: ['dense', 'lowRank for each gate', 'blockDiagonal', 'toeplitz by transforms'],
  webgpu: ['lowRank'],
};

describe.each(Object.entries(cellKinds))('%s', (cellName, cell) => {
  const places = layersOf(cell).flatMap(([name, layer]) =>
    modes
      .filter((mode) => inject('everyPair') || cellName === 'lstm' || chosen[mode].includes(name))
      .map((mode) => ({ mode, name, layer })),
  );
  it.each(places)('of $name computes on $mode what float64 does', async ({ mode, layer }) => {
    const found = outputsAndGrads(layer, await gpuBackend(mode));
    const expected = outputsAndGrads(layer);
    expect(relativeError(await found.y.data(), expected.y.dataSync())).toBeLessThan(1e-5);
    for (const [name, grad] of Object.entries(found.grads)) {
      expect(relativeError(await grad.data(), expected.grads[name].dataSync()), name).toBeLessThan(1e-5);
    }
  });
});
