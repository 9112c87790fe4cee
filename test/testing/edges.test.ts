import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adam,
  crossEntropy,
  ctcLoss,
  InputError,
  mean,
  multiply,
  recurrentModel,
  sgd,
  sum,
  type Tensor,
  type TensorOptions,
  type Tensors,
  tensor,
  valueAndGrad,
} from '../../src/index.ts';
import { cellKinds, edges } from '../../src/testing/arbitraries.ts';
import { filled, float64 } from './values.ts';

/* Numerical edges of layers, losses and optimizers: finite, or an error that names what is wrong. (Those of ops: the registry.) */

const homes = { float64, wasm: {} } as const satisfies Record<string, TensorOptions>;

const expectFinite = (tensors: Tensors): void => {
  for (const [name, x] of Object.entries(tensors)) {
    expect(Array.from(x.dataSync()).every(Number.isFinite), name).toBe(true);
  }
};

for (const [home, options] of Object.entries(homes)) {
  describe.each(Object.entries(cellKinds))(`%s, in ${home}`, (_, cell) => {
    const model = recurrentModel({
      inputSize: 1,
      layers: [
        { hidden: 1, ...cell },
        { hidden: 2, ...cell, bidirectional: true },
      ],
      outputSize: 1,
    });
    /** Outputs and all gradients of their sum of squares, by parameters and by x. */
    const run = (parameters: Tensors, x: Tensor, lengths?: readonly number[]): Tensors => {
      const { value, grads } = valueAndGrad(({ x: own, ...p }: Tensors) => {
        const { y } = model.apply(p, own, { lengths });
        return sum(multiply(y, y));
      })({ ...parameters, x });
      return { value, ...grads };
    };
    const parameters = model.initialise(1, options);

    it('is finite over 1,000 steps of one sequence and one unit, and over a single step', () => {
      for (const time of [1000, 1]) expectFinite(run(parameters, filled(1, 'x', [time, 1, 1], options)));
    });

    it('of sequences that are all masked gives no gradient to the weights, and none to x', () => {
      const found = run(parameters, filled(1, 'x', [3, 2, 1], options), [0, 0]);
      expectFinite(found);
      expect(found.x.dataSync().every((value) => value === 0)).toBe(true);
      expect(found['layers.0.bias'].dataSync().every((value) => value === 0)).toBe(true);
    });

    it('of no steps is refused by name', () => {
      const none = tensor(new Float32Array(0), [0, 1, 1], options);
      expect(() => model.apply(parameters, none)).toThrow(InputError);
      expect(() => model.apply(parameters, none)).toThrow(/at least one step|shape|\[0, 1/);
    });

    it('is finite for inputs and weights at the edges of arithmetic', () => {
      const own = fc.array(fc.constantFrom(...edges), { minLength: 6, maxLength: 6 });
      fc.assert(
        fc.property(own, own, (inputs, weights) => {
          const edged = Object.fromEntries(
            Object.entries(parameters).map(([name, { shape, size }]) => {
              const values = Float64Array.from({ length: size }, (_, i) => weights[i % 6]);
              return [name, tensor(values, shape, options)];
            }),
          );
          const { y } = model.apply(edged, tensor(Float64Array.from(inputs), [3, 2, 1], options));
          expectFinite({ y });
          const x = tensor(Float64Array.from(inputs), [3, 2, 1], options);
          expectFinite(run(parameters, x));
        }),
        { numRuns: Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 5) },
      );
    });
  });

  describe(`losses, in ${home}`, () => {
    it('cross-entropy is finite for logits of ±1,000, for one row and for one class', () => {
      const logits = tensor([1e3, -1e3, 0, -0, 1e3, 1e3], [2, 3], options);
      for (const classes of [
        [0, 0],
        [1, 1],
        [2, 2],
      ])
        expectFinite(valueAndGrad((p: Tensors) => crossEntropy(p.x, classes))({ x: logits }).grads);
      const single = tensor([5], [1, 1], options);
      const { value, grads } = valueAndGrad((p: Tensors) => crossEntropy(p.x, [0]))({ x: single });
      expect([value.item(), ...grads.x.dataSync()]).toEqual([0, 0]);
    });

    it('CTC is finite for logits of ±1,000, over 1,000 frames, in none, and for labels that fill all frames', () => {
      const finite = (x: Tensor, labels: number[][], frames: number[]) => {
        const { value, grads } = valueAndGrad((p: Tensors) => mean(ctcLoss(p.x, labels, frames)))({ x });
        expectFinite({ value, ...grads });
      };
      finite(tensor([1e3, -1e3, 1e3, -1e3, -1e3, 1e3], [3, 1, 2], options), [[1]], [3]);
      finite(tensor([0, -0, 2 ** -149, 1e3], [2, 1, 2], options), [[1]], [1]);
      finite(filled(1, 'x', [1000, 1, 4], options), [[1, 2, 3, 3, 1]], [1000]);
      finite(filled(1, 'x', [2, 2, 3], options), [[], [1, 2]], [0, 2]);
      const x = filled(1, 'x', [2, 1, 3], options);
      expect(() => ctcLoss(x, [[1, 1]], [2])).toThrow(/ctcLoss: labels\[0\] needs 3 frames/);
    });
  });

  describe(`optimizers, in ${home}`, () => {
    it('stay finite for gradients of 0, ±1,000 and denormals', () => {
      const grad = tensor(Float64Array.from(edges), [edges.length], options);
      const makers = [adam, sgd, (p: Tensors) => sgd(p, { momentum: 0.9, weightDecay: 0.1 })];
      for (const make of makers) {
        const parameters = { p: tensor(Float64Array.from(edges), [edges.length], options) };
        const optimizer = make(parameters);
        for (let step = 0; step < 5; step++) optimizer.update(parameters, { p: grad }, 0.1);
        expectFinite({ ...parameters, ...optimizer.state.tensors });
        // What has no gradient stays where it is.
        if (make !== makers[2]) expect(parameters.p.dataSync()[0]).toBe(0);
      }
    });
  });
}
