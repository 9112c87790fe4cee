import { describe, expect, it } from 'vitest';
import {
  bounds,
  isFused,
  outputsAndGrads,
  relativeError,
  valuesOf,
} from '../../../bench/gpu/registryCheck.ts';
import { registry } from '../../../src/index.ts';
import { gpuBackend, modes } from './modes.ts';

for (const mode of modes) {
  describe(`on ${mode}`, () => {
    for (const [name, op] of registry()) {
      it.each(op.definition.samples.map((sample, index) => ({ sample, index })))(
        `${name} and its gradient are those of float64 (sample $index)`,
        async ({ sample }) => {
          const values = valuesOf(op, sample);
          const found = outputsAndGrads(op, sample, values, await gpuBackend(mode));
          const expected = outputsAndGrads(op, sample, values);
          for (const [o, output] of found.outputs.entries()) {
            expect(relativeError(await output.data(), expected.outputs[o].dataSync())).toBeLessThan(
              isFused(name) ? bounds.other : bounds.primitive,
            );
          }
          for (const [i, grad] of found.grads.entries()) {
            expect(relativeError(await grad.data(), expected.grads[i].dataSync())).toBeLessThan(bounds.other);
          }
        },
      );
    }
  });
}
