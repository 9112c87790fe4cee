import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adam,
  add,
  type BackendName,
  backend,
  grad,
  InputError,
  multiply,
  type Optimizer,
  scope,
  sgd,
  sum,
  type Tensor,
  type TensorOptions,
  type Tensors,
  tensor,
  valueAndGrad,
} from '../../src/index.ts';
import { distance, float64 } from '../testing/values.ts';

interface Path {
  readonly start: number[];
  readonly rates: number[];
  /** The parameter after every update. */
  readonly path: number[][];
}

// Made by test/fixtures/pytorch.py.
const { optim } = JSON.parse(readFileSync(new URL('../fixtures/pytorch.json', import.meta.url), 'utf8')) as {
  optim: Record<'sgd' | 'momentum' | 'adam' | 'adamBetas' | 'adamW', Path>;
};

const makers: Record<keyof typeof optim, (parameters: Tensors) => Optimizer> = {
  sgd: (p) => sgd(p),
  momentum: (p) => sgd(p, { momentum: 0.9, weightDecay: 0.05 }),
  adam: (p) => adam(p),
  adamBetas: (p) => adam(p, { beta1: 0.7, beta2: 0.95, epsilon: 1e-3 }),
  adamW: (p) => adam(p, { weightDecay: 0.3 }),
};

const homes: Record<string, { options: TensorOptions; tolerance: number }> = {
  'the reference backend in float64': { options: float64, tolerance: 1e-12 },
  'the reference backend in float32': { options: { backend: backend('reference') }, tolerance: 2e-5 },
  'the wasm backend': { options: { backend: backend('wasm') }, tolerance: 2e-5 },
};

const persistent = (x: Tensor): Tensor => {
  x.storage.persist();
  return x;
};

/** The gradient of Σ (p² / 2 + sin 3p), by hand. */
const slope = (p: Tensor) =>
  tensor(
    p.dataSync().map((v) => v + 3 * Math.cos(3 * v)),
    p.shape,
    { dtype: p.dtype, backend: p.backend },
  );

for (const [home, { options, tolerance }] of Object.entries(homes)) {
  describe(`on ${home}`, () => {
    for (const [name, make] of Object.entries(makers) as [keyof typeof optim, (typeof makers)['sgd']][]) {
      it(`${name} goes PyTorch's way, step by step`, () => {
        const { start, rates, path } = optim[name];
        const parameters = { p: persistent(tensor(start, [start.length], options)) };
        const optimizer = make(parameters);
        rates.forEach((rate, i) => {
          optimizer.update(parameters, { p: slope(parameters.p) }, rate);
          expect(distance(parameters.p.dataSync(), Float64Array.from(path[i])), `step ${i}`).toBeLessThan(
            tolerance,
          );
          expect(optimizer.state.step).toBe(i + 1);
        });
      });
    }

    it('changes parameters that are in an ordinary array as it changes persistent ones', () => {
      for (const make of Object.values(makers)) {
        const results = [persistent, (x: Tensor) => x].map((place) => {
          const parameters = { p: place(tensor([1, -2, 3], [3], options)) };
          const optimizer = make(parameters);
          for (let i = 0; i < 3; i++) optimizer.update(parameters, { p: slope(parameters.p) }, 0.1);
          return Array.from(parameters.p.dataSync());
        });
        expect(results[1]).not.toEqual([1, -2, 3]);
        expect(results[1]).toEqual(results[0]);
      }
    });

    it('keeps its moments when it is made inside a scope', () => {
      const results = [true, false].map((inside) => {
        const parameters = { p: persistent(tensor([1, -2, 3], [3], options)) };
        const run = (body: () => void) => (inside ? scope(body) : body());
        run(() => {
          const optimizer = makers.momentum(parameters);
          for (let i = 0; i < 3; i++) optimizer.update(parameters, { p: slope(parameters.p) }, 0.1);
        });
        return Array.from(parameters.p.dataSync());
      });
      expect(results[0]).toEqual(results[1]);
    });
  });
}

describe('the update of a real gradient', () => {
  it('comes from valueAndGrad as it is', () => {
    const p = persistent(tensor([3, -4]));
    const optimizer = sgd({ p });
    const loss = ({ p: x }: Tensors) => multiply(0.5, sum(multiply(x, x)));
    optimizer.update({ p }, valueAndGrad(loss)({ p }).grads, 0.5);
    expect(Array.from(p.dataSync())).toEqual([1.5, -2]);
    optimizer.update({ p }, grad(loss)({ p }), 1);
    expect(Array.from(p.dataSync())).toEqual([0, 0]);
  });
});

for (const name of ['wasm', 'reference'] satisfies BackendName[]) {
  describe(`an optimizer on ${name}`, () => {
    const make = (...values: number[]) =>
      persistent(tensor(values, [values.length], { backend: backend(name) }));

    it('updates in place: the same tensor, a later version', () => {
      const p = make(1, 2);
      // Halves are exact in float32, with fused multiply-adds and without.
      sgd({ p }).update({ p }, { p: make(2, 4) }, 0.5);
      expect(Array.from(p.dataSync())).toEqual([0, 0]);
      expect(p.storage.version).toBe(1);
      expect(Array.from(add(p, 1).dataSync())).toEqual([1, 1]);
    });

    it('continues exactly from its state', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...Object.values(makers)),
          fc.integer({ min: 0, max: 5 }),
          (maker, cut) => {
            const run = (p: Tensor, optimizer: Optimizer, steps: number) => {
              for (let i = 0; i < steps; i++) optimizer.update({ p }, { p: slope(p) }, 0.1);
            };
            const p = make(1, -1, 0.5);
            const whole = maker({ p });
            run(p, whole, 6);
            const q = make(1, -1, 0.5);
            const first = maker({ p: q });
            run(q, first, cut);
            const r = make(...q.dataSync());
            const second = maker({ p: r });
            second.state.step = first.state.step;
            for (const [key, moment] of Object.entries(first.state.tensors)) {
              second.state.tensors[key].storage.overwrite(moment.dataSync());
            }
            run(r, second, 6 - cut);
            expect(r.dataSync()).toEqual(p.dataSync());
          },
        ),
        { numRuns: 30 },
      );
    });

    it('names its moments after their parameters', () => {
      const parameters = { a: make(1), b: make(1, 2) };
      expect(Object.keys(adam(parameters).state.tensors)).toEqual(['m.a', 'v.a', 'm.b', 'v.b']);
      const { tensors } = sgd(parameters, { momentum: 0.5 }).state;
      expect(Object.keys(tensors)).toEqual(['velocity.a', 'velocity.b']);
      expect(tensors['velocity.b'].shape).toEqual([2]);
      expect(sgd(parameters).state.tensors).toEqual({});
    });

    it('refuses gradients that are missing or of another shape, by name', () => {
      const parameters = { a: make(1, 2), b: make(3) };
      const optimizer = adam(parameters);
      expect(() => optimizer.update(parameters, { a: make(1, 1) }, 0.1)).toThrow(
        /the gradient of b is missing/,
      );
      expect(() => optimizer.update(parameters, { a: make(1, 1), b: make(1, 1) }, 0.1)).toThrow(
        /the gradient of b has shape \[2\], expected \[1\]/,
      );
      expect(() => optimizer.update(parameters, {}, 0.1)).toThrow(InputError);
    });

    it('changes nothing when it refuses', () => {
      const parameters = { a: make(1, 2), b: make(3) };
      const optimizer = adam(parameters);
      expect(() => optimizer.update(parameters, { a: make(1, 1) }, 0.1)).toThrow(InputError);
      expect(Array.from(parameters.a.dataSync())).toEqual([1, 2]);
      expect(Array.from(optimizer.state.tensors['m.a'].dataSync())).toEqual([0, 0]);
      expect(optimizer.state.step).toBe(0);
    });

    it('refuses a parameter that it was not made for, by name', () => {
      const optimizer = adam({ a: make(1) });
      const stranger = { other: make(1) };
      expect(() => optimizer.update(stranger, stranger, 0.1)).toThrow(
        /the parameter other is .*, expected one that the optimizer was made for/,
      );
      const elsewhere = { a: tensor([1], [1], { backend: backend(name === 'wasm' ? 'reference' : 'wasm') }) };
      expect(() => optimizer.update(elsewhere, elsewhere, 0.1)).toThrow(
        new RegExp(`the parameter a is .*, expected Tensor\\(\\[1\\], float32, ${name}\\)`),
      );
    });

    it('refuses a learning rate that is negative or no number, and changes nothing', () => {
      const parameters = { p: make(1, 2) };
      for (const maker of Object.values(makers)) {
        const optimizer = maker(parameters);
        for (const bad of [-0.1, Number.NaN, Infinity, undefined as unknown as number]) {
          expect(() => optimizer.update(parameters, { p: make(1, 1) }, bad)).toThrow(
            new InputError(`optimizer: learningRate is ${bad}, expected a finite number of at least 0.`),
          );
        }
        expect(optimizer.state.step).toBe(0);
      }
      expect(Array.from(parameters.p.dataSync())).toEqual([1, 2]);
    });

    it('refuses a gradient from another backend', () => {
      const p = make(1, 2);
      const other = tensor([1, 1], [2], { backend: backend(name === 'wasm' ? 'reference' : 'wasm') });
      expect(() => sgd({ p }).update({ p }, { p: other }, 0.1)).toThrow(InputError);
      expect(Array.from(p.dataSync())).toEqual([1, 2]);
    });
  });
}

describe('the constants of an optimizer', () => {
  it.each([
    { make: adam, name: 'beta1', bad: [-0.1, 1, 1.5, Number.NaN] },
    { make: adam, name: 'beta2', bad: [-0.1, 1, 1.5, Number.NaN] },
    { make: adam, name: 'epsilon', bad: [-1, Number.NaN, Infinity] },
    { make: adam, name: 'weightDecay', bad: [-1, Number.NaN, Infinity] },
    { make: sgd, name: 'momentum', bad: [-1, Number.NaN, Infinity] },
    { make: sgd, name: 'weightDecay', bad: [-1, Number.NaN, Infinity] },
  ])('$make.name: $name is refused out of its range', ({ make, name, bad }) => {
    for (const value of bad) {
      expect(() => make({ p: tensor([1]) }, { [name]: value })).toThrow(
        new RegExp(`^${make.name}: ${name} is ${value}, expected a `),
      );
    }
  });
});
