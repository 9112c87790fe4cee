import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReferenceBackend } from '../../src/backends/reference/backend.ts';
import { createWasmBackend } from '../../src/backends/wasm/backend.ts';
import { hasRelaxedSimd, hasSimd } from '../../src/backends/wasm/features.ts';
import { backend, InputError, matmul, tensor } from '../../src/index.ts';

const backends = {
  wasm: createWasmBackend(),
  base: createWasmBackend('base'),
  reference: createReferenceBackend(),
};

for (const [name, home] of Object.entries(backends)) {
  describe(`the ${name} backend's buffers`, () => {
    const numbers = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 50 });

    it('read back what was uploaded or written, from any element on', () => {
      fc.assert(
        fc.property(numbers, fc.nat(), (values, at) => {
          const mark = home.mark();
          const given = Float32Array.from(values);
          const buffer = home.upload(given);
          expect(home.read(buffer, values.length, 'float32')).toEqual(given);
          const start = at % values.length;
          const rest = home.read(home.at(buffer, start), values.length - start, 'float32');
          expect(rest).toEqual(given.slice(start));
          rest.fill(1);
          expect(home.read(buffer, values.length, 'float32')).toEqual(given);
          home.write(
            buffer,
            Float32Array.from(values, (value) => -value),
          );
          expect(home.read(buffer, 1, 'float32')[0]).toBe(-given[0]);
          home.reset(mark);
          expect(home.mark()).toBe(mark);
        }),
      );
    });

    it('keep persistent numbers through resets', () => {
      fc.assert(
        fc.property(numbers, numbers, (kept, others) => {
          const mark = home.mark();
          const buffer = home.allocatePersistent(kept.length, 'float32');
          home.write(buffer, Float32Array.from(kept));
          const above = home.mark();
          home.upload(Float32Array.from(others));
          home.reset(above);
          home.upload(Float32Array.from(others));
          expect(home.read(buffer, kept.length, 'float32')).toEqual(Float32Array.from(kept));
          home.reset(above);
          home.freePersistent(buffer);
          expect(above).toBeGreaterThanOrEqual(mark);
        }),
      );
    });

    it('do not share numbers with the arrays that they were made of', () => {
      const given = Float32Array.of(1, 2, 3);
      const buffer = home.upload(given);
      given.fill(9);
      expect(Array.from(home.read(buffer, 3, 'float32'))).toEqual([1, 2, 3]);
    });

    it('carry kernels', () => {
      const [a, b, y] = [
        home.upload(Float32Array.of(1, 2, 3)),
        home.upload(Float32Array.of(10)),
        home.allocate(3, 'float32'),
      ];
      home.kernels.add(a, b, y, 3, 3, 1);
      expect(Array.from(home.read(y, 3, 'float32'))).toEqual([11, 12, 13]);
    });
  });
}

describe('choosing', () => {
  it('starts a backend once', () => {
    expect(backend('wasm')).toBe(backend('wasm'));
    expect(backend('reference').description).toBe('reference (plain TypeScript)');
  });

  it('names the build that runs', () => {
    expect(hasSimd()).toBe(true);
    expect(backends.base.description).toBe('wasm (SIMD)');
    expect(backends.wasm.description).toBe(hasRelaxedSimd() ? 'wasm (SIMD, relaxed FMA)' : 'wasm (SIMD)');
  });

  it.skipIf(hasRelaxedSimd())('refuses the relaxed build where the engine cannot run it', () => {
    expect(() => createWasmBackend('relaxed')).toThrow(InputError);
    expect(() => createWasmBackend('relaxed')).toThrow(/needs WebAssembly relaxed SIMD/);
  });

  it.skipIf(!hasRelaxedSimd())('runs the relaxed build where the engine can', () => {
    expect(createWasmBackend('relaxed').description).toBe('wasm (SIMD, relaxed FMA)');
  });
});

it('tensors of two copies of the library do not mix, which the message says', () => {
  const [a, b] = [backends.wasm, backends.base].map((home) => tensor([[1]], undefined, { backend: home }));
  expect(() => matmul(a, b)).toThrow(
    new InputError(
      'matmul: argument 1 is float32 on wasm and argument 0 is on another backend of that name, expected the same: they ' +
        'come from two copies of compact-rnn loaded side by side, or from two backends of that name.',
    ),
  );
});
