import { describe, expect, it } from 'vitest';
import {
  add,
  type Backend,
  multiply,
  type Op,
  type OpSample,
  random,
  registry,
  scope,
  sum,
  type Tensor,
  type Tensors,
  tensor,
  valueAndGrad,
} from '../../../src/index.ts';
import { gpuBackend, modes, relativeError } from './modes.ts';

/** Values for a sample's inputs that float32 holds exactly, away from kinks. */
function valuesOf(op: Op, sample: OpSample<unknown>): Float64Array[] {
  const [low, high] = sample.range ?? [-2, 2];
  for (let seed = 0; ; seed++) {
    const stream = random(seed, 'registry', op.definition.name);
    const values = sample.shapes.map((shape) =>
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
        Math.fround(low + (high - low) * stream.next()),
      ),
    );
    if ((op.definition.kink?.(values, sample.attributes) ?? 1) > 1e-2) return values;
  }
}

/** All outputs of an op, and the gradient of their weighted sum. */
function outputsAndGrads(op: Op, sample: OpSample<unknown>, values: Float64Array[], backend?: Backend) {
  const home = backend === undefined ? { dtype: 'float64' as const } : { backend };
  const inputs = Object.fromEntries(
    values.map((value, i) => [`${i}`, tensor(value, sample.shapes[i], home)]),
  );
  return scope(() => {
    let outputs: readonly Tensor[] = [];
    const loss = (given: Tensors): Tensor => {
      outputs = op.apply(Object.values(given), sample.attributes);
      return outputs
        .map((output, o) => {
          const stream = random(o, 'weights');
          const weights = Float32Array.from({ length: output.size }, () => 2 * stream.next() - 1);
          return sum(multiply(output, tensor(weights, output.shape, home)));
        })
        .reduce((a, b) => add(a, b));
    };
    const { grads } = valueAndGrad(loss)(inputs);
    return { outputs, grads: Object.values(grads) };
  });
}

for (const mode of modes) {
  describe(`on ${mode}`, () => {
    for (const [name, op] of registry()) {
      it.each(op.definition.samples.map((sample, index) => ({ sample, index })))(
        `${name} and its gradient are those of float64 (sample $index)`,
        async ({ sample }) => {
          const values = valuesOf(op, sample);
          const found = outputsAndGrads(op, sample, values, await gpuBackend(mode));
          const expected = outputsAndGrads(op, sample, values);
          const isFused = name.endsWith('Sequence') || name === 'ctcLoss';
          for (const [o, output] of found.outputs.entries()) {
            expect(relativeError(await output.data(), expected.outputs[o].dataSync())).toBeLessThan(
              isFused ? 1e-5 : 1e-6,
            );
          }
          for (const [i, grad] of found.grads.entries()) {
            expect(relativeError(await grad.data(), expected.grads[i].dataSync())).toBeLessThan(1e-5);
          }
        },
      );
    }
  });
}
