import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  adam,
  crossEntropy,
  ctcLoss,
  multiply,
  type Optimizer,
  recurrentModel,
  sgd,
  softmax,
  sum,
  type Tensor,
  type TensorOptions,
  type Tensors,
  tensor,
  trainStep,
  valueAndGrad,
} from '../../src/index.ts';
import { distance, float64 } from './values.ts';

interface Numbers {
  readonly shape: number[];
  readonly values: number[];
}

// Made by test/fixtures/pytorch.py.
const fixture = JSON.parse(readFileSync(new URL('../fixtures/pytorch.json', import.meta.url), 'utf8')) as {
  softmax: Record<'x' | 'weights' | 'y' | 'gradient', Numbers>;
  ctc: Record<'logits' | 'weights' | 'losses' | 'gradient', Numbers> & {
    labels: number[][];
    frames: number[];
  };
  training: Record<
    'lstm' | 'gru' | 'rnn',
    { first: Record<string, Numbers>; x: Numbers; classes: number[]; clip: number; losses: number[] }
  >;
};

const homes = { float64: [float64, 1e-9], wasm: [{}, 1e-5] } as const satisfies Record<
  string,
  readonly [TensorOptions, number]
>;
const asTensor = ({ values, shape }: Numbers, options: TensorOptions) => tensor(values, shape, options);
const expectClose = (found: Tensor, { shape, values }: Numbers, tolerance: number) => {
  expect(found.shape).toEqual(shape);
  expect(distance(found.dataSync(), Float64Array.from(values))).toBeLessThanOrEqual(tolerance);
};

for (const [home, [options, tolerance]] of Object.entries(homes)) {
  describe(`PyTorch's functions, in ${home}`, () => {
    it('softmax, and its gradient', () => {
      const { x, weights, y, gradient } = fixture.softmax;
      const own = asTensor(x, options);
      expectClose(softmax(own), y, tolerance);
      const loss = (p: Tensors) => sum(multiply(softmax(p.x), asTensor(weights, options)));
      expectClose(valueAndGrad(loss)({ x: own }).grads.x, gradient, tolerance);
    });

    it('ctc_loss of repeated labels and of frames to spare and none, and its gradient by the logits', () => {
      const { logits, labels, frames, weights, losses, gradient } = fixture.ctc;
      const own = asTensor(logits, options);
      expectClose(ctcLoss(own, labels, frames), losses, tolerance);
      const loss = (p: Tensors) => sum(multiply(ctcLoss(p.x, labels, frames), asTensor(weights, options)));
      expectClose(valueAndGrad(loss)({ x: own }).grads.x, gradient, tolerance);
    });
  });
}

const optimizers: Record<
  keyof typeof fixture.training,
  { make: (p: Tensors) => Optimizer; learningRate: number }
> = {
  lstm: { make: (p) => adam(p), learningRate: 0.03 },
  gru: { make: (p) => sgd(p, { momentum: 0.9 }), learningRate: 0.2 },
  rnn: { make: (p) => adam(p, { weightDecay: 0.1 }), learningRate: 0.01 },
};

describe("PyTorch's training of two layers, from the same weights", () => {
  for (const cell of ['lstm', 'gru', 'rnn'] as const) {
    for (const [home, [options]] of Object.entries(homes)) {
      it(`of ${cell} has the same loss at each of 50 steps, in ${home}`, () => {
        const { first, x, classes, clip, losses } = fixture.training[cell];
        const layer = { hidden: 6, cell };
        const model = recurrentModel({ inputSize: 3, layers: [layer, layer], outputSize: 4 });
        const parameters = Object.fromEntries(
          Object.keys(model.parameters).map((name) => [name, asTensor(weightOf(name, cell, first), options)]),
        );
        const input = asTensor(x, options);
        const { make, learningRate } = optimizers[cell];
        const optimizer = make(parameters);
        const loss = (p: Tensors) => crossEntropy(model.apply(p, input).y, classes);
        const found = losses.map(
          () => trainStep(loss, parameters, optimizer, { learningRate, clipNorm: clip }).loss,
        );
        found.forEach((value, step) => {
          expect(Math.abs(value - losses[step]), `step ${step}`).toBeLessThanOrEqual(1e-4);
        });
        // It learned something, so that there was something to compare.
        expect(losses[49]).toBeLessThan(losses[0] - 0.1);
      });
    }
  }
});

/** The tensor of PyTorch's that a parameter of ours begins as. */
function weightOf(name: string, cell: string, first: Record<string, Numbers>): Numbers {
  const [, layer, part] = /^layers\.(\d)\.(.*)$/.exec(name) ?? [];
  if (layer === undefined) return first[name];
  const of = (kind: string) => first[`layers.${kind}_l${layer}`];
  if (part === 'input.weight') return of('weight_ih');
  if (part === 'recurrent.weight') return of('weight_hh');
  // Those of r and z begin as zeros in the fixture, and stay so.
  if (part === 'recurrentBias') return { shape: [6], values: of('bias_hh').values.slice(12) };
  expect(part, cell).toBe('bias');
  return of('bias_ih');
}
