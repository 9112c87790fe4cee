import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backend, type OpSample, registry, type Tensor, tensor } from '../../src/index.ts';
import { edges } from '../../src/testing/arbitraries.ts';
import { gradcheck } from '../../src/testing/index.ts';

/** Ops of one tensor of any shape, and the sum of two gradients, whose shapes are equal: there is nothing to refuse. */
const takeAnything = [
  'absolute',
  'accumulate',
  'exp',
  'log',
  'negate',
  'relu',
  'sigmoid',
  'sign',
  'sqrt',
  'step',
  'tanh',
];

/** A tenth of the usual cases: second order costs several times as much as first. */
const fewer = { numRuns: (fc.readConfigureGlobal().numRuns ?? 100) / 10 };

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

/** The same, of zeros, ±1, ±1,000 and denormals, as far as they lie within the sample's range. */
function edgesOf(sample: OpSample<unknown>): fc.Arbitrary<Float64Array[]> {
  const [low, high] = sample.range ?? [-Infinity, Infinity];
  const entry = fc.constantFrom(
    ...edges.filter((edge) => edge >= low && edge <= high),
    (low + high) / 2 || 0.5,
  );
  return fc.tuple(
    ...sample.shapes.map((shape) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return fc
        .array(entry, { minLength: length, maxLength: length })
        .map(Float64Array.from.bind(Float64Array));
    }),
  ) as fc.Arbitrary<Float64Array[]>;
}

const float64 = (values: Float64Array[], { shapes }: OpSample<unknown>): Tensor[] =>
  values.map((value, i) => tensor(value, shapes[i], { dtype: 'float64' }));

for (const [name, op] of registry()) {
  const { definition } = op;
  describe(`op ${name}`, () => {
    it('declares samples, and what it refuses', () => {
      expect(definition.samples.length).toBeGreaterThan(0);
      expect(definition.errors.length > 0).toBe(!takeAnything.includes(name));
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
      const kinkOf = (values: Float64Array[]) => definition.kink?.(values, sample.attributes) ?? Infinity;

      it(`has the gradient that differences give (sample ${index})`, () => {
        fc.assert(
          fc.property(inputsOf(sample), fc.nat(), (values, seed) => {
            const kink = kinkOf(values);
            fc.pre(kink > 0.01);
            const inputs = float64(values, sample);
            const outputs = op.apply(inputs, sample.attributes).length;
            for (let output = 0; output < outputs; output++) {
              gradcheck((x: readonly Tensor[]) => op.apply(x, sample.attributes)[output], inputs, {
                seed,
                directions: 1,
                kink: () => kink,
              });
            }
          }),
        );
      });

      // Ops with a gradient in kernels are of first order, and say so.
      it.skipIf(definition.vjp === undefined)(`has that of its gradient (sample ${index})`, () => {
        fc.assert(
          fc.property(inputsOf(sample), fc.nat(), (values, seed) => {
            const kink = kinkOf(values);
            fc.pre(kink > 0.01);
            gradcheck((x: readonly Tensor[]) => op.apply(x, sample.attributes), float64(values, sample), {
              seed,
              directions: 1,
              order: 2,
              kink: () => kink,
            });
          }),
          fewer,
        );
      });

      it(`is finite at the edges of arithmetic, or as infinite as in float64 (sample ${index})`, () => {
        const largest = 3.4e38;
        fc.assert(
          fc.property(edgesOf(sample), (values) => {
            const exact = op.apply(float64(values, sample), sample.attributes);
            const inputs = values.map((value, i) =>
              tensor(value, sample.shapes[i], { backend: backend('wasm') }),
            );
            op.apply(inputs, sample.attributes).forEach((output, o) => {
              const reference = exact[o].dataSync();
              output.dataSync().forEach((value, i) => {
                if (Math.abs(reference[i]) < largest) expect(Number.isFinite(value)).toBe(true);
                else expect(Number.isNaN(value)).toBe(Number.isNaN(reference[i]));
              });
            });
          }),
        );
      });

      it(`gives on wasm what float64 gives (sample ${index})`, () => {
        fc.assert(
          fc.property(inputsOf(sample), (values) => {
            const rounded = values.map((value) => Float64Array.from(Float32Array.from(value)));
            fc.pre(kinkOf(rounded) > 1e-3);
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
