import { describe, expect, it } from 'vitest';
import {
  adam,
  type InputMapSpec,
  type LayerSpec,
  mean,
  multiply,
  type RecurrentModelSpec,
  recurrentModel,
  subtract,
  type Tensors,
  tensor,
  valueAndGrad,
} from '../../src/index.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/index.ts';
import { cellKinds, gatesOf, inputKinds, kinds, mapSpecs } from '../../src/testing/specArbitraries.ts';
import { filled } from '../testing/values.ts';

/* Every kind of map in every cell: trained, saved, loaded. */

// Sides that the gates of all cells divide.
const [time, batch, inputSize, hidden] = [5, 6, 12, 12];
const x = filled(1, 'x', [time, batch, inputSize], {});
/** The running sum of the first input, which takes memory. */
const target = (() => {
  const values = x.dataSync();
  const sums = new Float32Array(time * batch);
  for (let t = 0; t < time; t++) {
    for (let b = 0; b < batch; b++) {
      const before = t === 0 ? 0 : sums[(t - 1) * batch + b];
      sums[t * batch + b] = before + values[(t * batch + b) * inputSize];
    }
  }
  return tensor(sums, [time, batch, 1]);
})();

/** What stands in a layer, by a name for it: every kind that a configuration knows, by matrices and by transforms. */
function layersOf(cell: Partial<LayerSpec>): Record<string, LayerSpec[]> {
  const gates = gatesOf(cell);
  const choice = { rank: 2, pick: 1, gates };
  const of = (kind: (typeof kinds)[number], plan?: 'transforms'): LayerSpec => {
    const map = mapSpecs[kind](hidden, gates * hidden, choice);
    // A shared projection stands in the recurrence, and what is above reads it.
    return {
      hidden,
      ...cell,
      plan,
      input: inputKinds.includes(kind) ? (map as InputMapSpec) : 'dense',
      recurrent: map,
    };
  };
  const perGate = of('sharedLowRank for each gate');
  return {
    ...Object.fromEntries(kinds.map((kind) => [kind, [of(kind)]])),
    ...Object.fromEntries(
      (['circulant', 'skewCirculant', 'toeplitz', 'toeplitzLike'] as const).map((kind) => [
        `${kind} by transforms`,
        [of(kind, 'transforms')],
      ]),
    ),
    'a projection for each gate that those above read': [
      perGate,
      { hidden, ...cell, input: 'blockDiagonal' },
    ],
    'one map for both layers': [
      of('toeplitzLike'),
      { hidden, ...cell, input: 'circulant', recurrent: { tied: 'layers.0.recurrent' } },
    ],
  };
}

describe.each(Object.entries(cellKinds))('%s', (_, cell) => {
  it.each(Object.entries(layersOf(cell)))(
    'of %s learns in ten steps, and is the same when saved and loaded',
    (_, layers) => {
      const spec: RecurrentModelSpec = { inputSize, layers, outputSize: 1 };
      const model = recurrentModel(spec);
      const parameters = model.initialise(3);
      const optimizer = adam(parameters);
      const loss = (p: Tensors) => {
        const error = subtract(model.apply(p, x).y, target);
        return mean(multiply(error, error));
      };
      const losses: number[] = [];
      for (let step = 0; step < 10; step++) {
        const { value, grads } = valueAndGrad(loss)(parameters);
        losses.push(value.item());
        for (const name of Object.keys(parameters)) {
          const moved = grads[name].dataSync();
          expect(moved.every(Number.isFinite), name).toBe(true);
          // Every parameter takes part, but those whose effect begins at 0 in the first step.
          if (step === 1)
            expect(
              moved.some((g) => g !== 0),
              name,
            ).toBe(true);
        }
        optimizer.update(parameters, grads, 0.02);
      }
      losses.push(loss(parameters).item());
      expect(losses[10]).toBeLessThan(0.8 * losses[0]);

      const saved = Object.entries(parameters).map(([name, value]) => {
        const data = value.dataSync() as Float32Array;
        return [name, { dtype: 'F32' as const, shape: value.shape, data }];
      });
      const { tensors } = decodeSafetensors(encodeSafetensors(Object.fromEntries(saved)), 'memory');
      const again = recurrentModel(JSON.parse(JSON.stringify(spec)));
      expect(Object.keys(tensors).sort()).toEqual(Object.keys(again.parameters).sort());
      const loaded = Object.fromEntries(
        Object.entries(tensors).map(([name, { shape, data }]) => [name, tensor(data as Float32Array, shape)]),
      );
      expect(again.apply(loaded, x).y.dataSync()).toEqual(model.apply(parameters, x).y.dataSync());
    },
  );
});
