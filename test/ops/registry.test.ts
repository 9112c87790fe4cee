import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backend, type OpSample, registry, type Tensor, tensor } from '../../src/index.ts';
import { gradcheck } from '../../src/testing/index.ts';

/** Tensors for a sample's shapes, filled by fast-check within its range. */
function inputsOf(sample: OpSample<unknown>): fc.Arbitrary<Float64Array[]> {
  const [low, high] = sample.range ?? [-2, 2];
  const numbers = (length: number) =>
    fc
      // Without bias: fast-check prefers tiny numbers, which crowd around the kinks.
      .array(fc.noBias(fc.integer({ min: 0, max: 2 ** 24 })), { minLength: length, maxLength: length })
      .map((values) => Float64Array.from(values, (value) => low + ((high - low) * value) / 2 ** 24));
  return fc.tuple(...sample.shapes.map((shape) => numbers(shape.reduce((a, b) => a * b, 1))));
}

const float64 = (values: Float64Array[], { shapes }: OpSample<unknown>): Tensor[] =>
  values.map((value, i) => tensor(value, shapes[i], { dtype: 'float64' }));

for (const [name, op] of registry()) {
  const { definition } = op;
  describe(`op ${name}`, () => {
    it('declares samples, and what it refuses', () => {
      expect(definition.samples.length).toBeGreaterThan(0);
      for (const bad of definition.errors) {
        const inputs = bad.shapes.map((shape) =>
          tensor(new Float64Array(shape.reduce((a, b) => a * b, 1)), shape, { dtype: 'float64' }),
        );
        expect(() => op.apply(inputs, bad.attributes)).toThrow(bad.message);
      }
    });

    it('is differentiable', () => {
      expect(definition.vjp ?? definition.backward).toBeDefined();
    });

    definition.samples.forEach((sample, index) => {
      it(`has the gradient that differences give (sample ${index})`, () => {
        fc.assert(
          fc.property(inputsOf(sample), fc.nat(), (values, seed) => {
            if (definition.kink !== undefined) fc.pre(definition.kink(values, sample.attributes) > 0.01);
            const inputs = Object.fromEntries(float64(values, sample).map((x, i) => [`${i}`, x]));
            const outputs = op.apply(Object.values(inputs), sample.attributes).length;
            for (let output = 0; output < outputs; output++) {
              gradcheck((x) => op.apply(Object.values(x), sample.attributes)[output], inputs, {
                seed,
                directions: 2,
              });
            }
          }),
        );
      });

      it(`gives on wasm what float64 gives (sample ${index})`, () => {
        fc.assert(
          fc.property(inputsOf(sample), (values) => {
            const rounded = values.map((value) => Float64Array.from(Float32Array.from(value)));
            if (definition.kink !== undefined) fc.pre(definition.kink(rounded, sample.attributes) > 1e-3);
            const exact = op.apply(float64(rounded, sample), sample.attributes);
            const inputs = rounded.map((value, i) =>
              tensor(value, sample.shapes[i], { backend: backend('wasm') }),
            );
            op.apply(inputs, sample.attributes).forEach((output, o) => {
              const reference = exact[o].dataSync();
              const scale = Math.max(1e-30, ...Array.from(reference, Math.abs));
              output.dataSync().forEach((value, i) => {
                expect(Math.abs(value - reference[i]) / scale).toBeLessThanOrEqual(
                  name.endsWith('Sequence') ? 1e-5 : 1e-6,
                );
              });
            });
          }),
        );
      });
    });
  });
}
