import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adam,
  crossEntropy,
  ctcLoss,
  mean,
  multiply,
  type Optimizer,
  sgd,
  type Tensor,
  type TensorOptions,
  type Tensors,
  tensor,
} from '../../src/index.ts';
import {
  cellCases,
  cellKinds,
  ctcCases,
  modelSpecs,
  shapes,
  type TrainingCase,
  tensors,
  trainingConfigs,
} from '../../src/testing/arbitraries.ts';
import { backendAgreement, determinism, gradcheck } from '../../src/testing/index.ts';
import { distance, filled, float64 } from './values.ts';

/* The verification library on what the registry does not reach by itself: losses, layers and optimizers. */

describe('the mean', () => {
  it('and its gradient are those of a sum divided by the count, over any axes', () => {
    fc.assert(
      fc.property(shapes({ minRank: 1 }), fc.nat(), fc.nat(), (shape, seed, axis) => {
        const x = filled(seed, 'x', shape);
        const values = Float64Array.from(x.dataSync());
        expect(mean(x).item()).toBeCloseTo(values.reduce((a, b) => a + b) / x.size, 12);
        gradcheck((p) => mean(p.x, { axes: axis % shape.length }), { x }, { directions: 1, seed });
      }),
    );
  });
});

describe('losses', () => {
  it('cross-entropy has the gradient that differences give, to second order, and agrees on wasm', () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.nat());
    fc.assert(
      fc.property(cases, ([rows, classes, seed]) => {
        const x = multiply(filled(seed, 'logits', [rows, classes]), 4);
        const right = Array.from({ length: rows }, (_, r) => (seed + 3 * r) % classes);
        const loss = (p: Tensors) => crossEntropy(p.x, right);
        gradcheck(loss, { x }, { directions: 1, seed, order: 2 });
        backendAgreement(loss, { x }, { floor: 1 });
      }),
    );
  });

  it('CTC is −ln of the sum over all alignments, with the gradient that differences give, and agrees on wasm', () => {
    const sizes = { classes: 3, labels: 2, spare: 2, batch: 2 };
    fc.assert(
      fc.property(ctcCases(sizes), fc.nat(), ({ logits, labels, frames }, seed) => {
        const losses = ctcLoss(logits, labels, frames).dataSync();
        labels.forEach((own, b) => {
          expect(losses[b]).toBeCloseTo(-Math.log(sumOfAlignments(logits, b, own, frames[b])), 9);
        });
        const loss = (p: Tensors) => ctcLoss(p.logits, labels, frames);
        gradcheck(loss, { logits }, { directions: 1, seed });
        backendAgreement(loss, { logits }, { floor: 0.1 });
      }),
    );
  });
});

describe.each(Object.entries(cellKinds))('%s', (_, kind) => {
  const specs = modelSpecs({ mostLayers: 1, largest: 3 }).map((spec) => ({
    ...spec,
    layers: spec.layers.map(({ cell: _cell, reset: _reset, peepholes: _peepholes, ...layer }) => ({
      ...layer,
      ...kind,
      // Structures whose sizes follow from the number of gates stand elsewhere.
      input: 'dense' as const,
      recurrent: { lowRank: 2 } as const,
    })),
  }));
  const cases = cellCases(specs, { time: 3, batch: 2 });

  it('has the gradient that differences give, by every parameter and by what goes in', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ layer, parameters, x, lengths }, seed) => {
        gradcheck(
          ({ x: own, ...p }: Tensors) => layer.apply(p, own, undefined, lengths).y,
          { ...parameters, x },
          { directions: 1, seed },
        );
      }),
    );
  });

  it('gives the same numbers every time', () => {
    fc.assert(
      fc.property(cases, ({ layer, parameters, x, lengths }) => {
        determinism(() => layer.apply(parameters, x, undefined, lengths));
      }),
    );
  });
});

describe('optimizers', () => {
  const homes = [
    ['float64', float64, 1e-12],
    ['wasm', {}, 1e-5],
  ] as const satisfies readonly (readonly [string, TensorOptions, number])[];

  it.each(homes)('make the steps of their formulas, in %s', (_, options, tolerance) => {
    const values = { range: [-3, 3] as const };
    fc.assert(
      fc.property(trainingConfigs(), tensors([5], values), fc.nat(), (config, start, seed) => {
        const parameters = { p: tensor(start.dataSync(), [5], options) };
        const optimizer = optimizerOf(config, parameters);
        const follow = formulaOf(config, Float64Array.from(parameters.p.dataSync()));
        for (let step = 1; step <= 3; step++) {
          const grad = tensor(filled(seed + step, 'grad', [5]).dataSync(), [5], options);
          optimizer.update(parameters, { p: grad }, config.learningRate);
          const expected = follow(Float64Array.from(grad.dataSync()), step);
          expect(distance(parameters.p.dataSync(), expected, 1)).toBeLessThanOrEqual(tolerance);
        }
      }),
    );
  });
});

function optimizerOf({ optimizer, momentum, weightDecay }: TrainingCase, parameters: Tensors): Optimizer {
  return optimizer === 'adam'
    ? adam(parameters, { weightDecay })
    : sgd(parameters, { momentum, weightDecay });
}

/** The parameter after each step by the papers' formulas: Kingma & Ba 2015 and Loshchilov & Hutter 2019, Polyak 1964. */
function formulaOf({ optimizer, learningRate, momentum, weightDecay }: TrainingCase, start: Float64Array) {
  let p = start;
  const m = new Float64Array(p.length);
  const v = new Float64Array(p.length);
  return (g: Float64Array, step: number): Float64Array => {
    p = p.map((value, i) => {
      if (optimizer === 'sgd') {
        m[i] = momentum * m[i] + g[i] + weightDecay * value;
        return value - learningRate * m[i];
      }
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2;
      const [mean, square] = [m[i] / (1 - 0.9 ** step), v[i] / (1 - 0.999 ** step)];
      return value - learningRate * (mean / (Math.sqrt(square) + 1e-8) + weightDecay * value);
    });
    return p;
  };
}

/** p(labels) by its definition: the sum over all paths of classes that spell them. */
function sumOfAlignments(logits: Tensor, b: number, labels: readonly number[], frames: number): number {
  const [, batch, classes] = logits.shape;
  const values = logits.dataSync();
  const rows = Array.from({ length: frames }, (_, t) => {
    const powers = Array.from({ length: classes }, (_, k) => Math.exp(values[(t * batch + b) * classes + k]));
    const total = powers.reduce((a, c) => a + c);
    return powers.map((power) => power / total);
  });
  const walk = (t: number, last: number, spelled: readonly number[]): number => {
    if (t === frames) return spelled.join() === labels.join() ? 1 : 0;
    return rows[t].reduce((sum, p, k) => {
      const next = k === 0 || k === last ? spelled : [...spelled, k];
      return sum + p * walk(t + 1, k, next);
    }, 0);
  };
  return walk(0, -1, []);
}
