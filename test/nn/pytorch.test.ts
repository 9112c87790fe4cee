import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  add,
  crossEntropy,
  dense,
  type LinearMap,
  lstmLayer,
  lstmSequence,
  lstmSteps,
  matmul,
  multiply,
  Naming,
  reshape,
  sharedLowRank,
  sum,
  type Tensor,
  type Tensors,
  tensor,
  valueAndGrad,
} from '../../src/index.ts';
import { distance, float64 } from '../testing/values.ts';

interface Numbers {
  readonly shape: number[];
  readonly values: number[];
}

interface LstmRun {
  readonly lengths: number[] | null;
  readonly weights: [Numbers, Numbers, Numbers];
  readonly parameters: Record<string, Numbers>;
  readonly gradients: Record<string, Numbers>;
  readonly y: Numbers;
  readonly h: Numbers;
  readonly c: Numbers;
  readonly loss: number;
}

// Made by test/fixtures/pytorch.py.
const fixture = JSON.parse(readFileSync(new URL('../fixtures/pytorch.json', import.meta.url), 'utf8')) as {
  lstm: Record<string, LstmRun>;
  crossEntropy: { logits: Numbers; classes: number[]; loss: number; gradient: Numbers };
};

const asTensor = ({ values, shape }: Numbers, options = float64) => tensor(values, shape, options);

type Result = { h: Tensor; c: Tensor };
type Run = (parameters: Tensors, lengths: number[] | undefined) => Result;

const composed =
  (lstm: typeof lstmSequence): Run =>
  ({ x, h0, c0, input, recurrent, bias, projection }, lengths) =>
    lstm({
      gates: matmul(x, input, { transposeB: true }),
      bias,
      h0: squeeze(h0),
      c0: squeeze(c0),
      recurrent: [recurrent],
      projection: projection && [projection],
      lengths,
    });

const forms: Record<string, Run> = { lstmSequence: composed(lstmSequence), lstmSteps: composed(lstmSteps) };

for (const [name, run] of Object.entries(fixture.lstm)) {
  const lengths = run.lengths ?? undefined;
  const [time, batch] = run.parameters.x.shape;

  /** The loss of the fixture from all states: the last ones, and all of h within its sequence. */
  const lossOf = ({ h, c }: Result, options = float64): Tensor => {
    const [wh, wc, wy] = run.weights;
    const width = wh.shape[1];
    // PyTorch's padded rows are 0 and ours are held.
    const inside = wy.values.map((value, i) => {
      const row = Math.floor(i / width);
      return Math.floor(row / batch) < (lengths?.[row % batch] ?? time) ? value : 0;
    });
    const last = (weights: Numbers) =>
      new Array<number>((time - 1) * weights.values.length).fill(0).concat(weights.values);
    return add(
      add(
        sum(multiply(h, tensor(inside, h.shape, options))),
        sum(multiply(h, tensor(last(wh), h.shape, options))),
      ),
      sum(multiply(c, tensor(last(wc), c.shape, options))),
    );
  };

  describe(`PyTorch's LSTM (${name})`, () => {
    for (const [form, lstm] of Object.entries(forms)) {
      it(`is ${form}: states, outputs and the gradients of all that goes in`, () => {
        const parameters = Object.fromEntries(
          Object.entries(run.parameters).map(([key, n]) => [key, asTensor(n)]),
        );
        const { h, c } = lstm(parameters, lengths);
        const last = (sequence: Tensor, n: number) => sequence.dataSync().slice(-batch * n);
        expect(distance(last(h, run.h.shape[1]), Float64Array.from(run.h.values))).toBeLessThan(1e-12);
        expect(distance(last(c, run.c.shape[1]), Float64Array.from(run.c.values))).toBeLessThan(1e-12);
        if (lengths === undefined) {
          expect(distance(h.dataSync(), Float64Array.from(run.y.values))).toBeLessThan(1e-12);
        }
        const { value, grads } = valueAndGrad((p: Tensors) => lossOf(lstm(p, lengths)))(parameters);
        expect(Math.abs(value.item() - run.loss)).toBeLessThan(1e-11);
        for (const [key, expected] of Object.entries(run.gradients)) {
          expect(grads[key].shape).toEqual(expected.shape);
          expect(distance(grads[key].dataSync(), Float64Array.from(expected.values)), key).toBeLessThan(
            1e-11,
          );
        }
      });

      it(`is ${form} on wasm: the gradients of all that goes in, to 1e-5`, () => {
        const parameters = Object.fromEntries(
          Object.entries(run.parameters).map(([key, n]) => [key, asTensor(n, {})]),
        );
        const { grads } = valueAndGrad((p: Tensors) => lossOf(lstm(p, lengths), {}))(parameters);
        for (const [key, expected] of Object.entries(run.gradients)) {
          expect(grads[key].backend.name).toBe('wasm');
          expect(distance(grads[key].dataSync(), Float64Array.from(expected.values)), key).toBeLessThan(1e-5);
        }
      });
    }

    it('is lstmLayer with maps, on wasm', () => {
      const { x, input, recurrent, projection } = run.parameters;
      const naming = new Naming();
      const [gates, inSize] = input.shape;
      const recurrentMap: LinearMap = projection
        ? sharedLowRank(dense(projection.shape[1], projection.shape[0]), gates)
        : dense(recurrent.shape[1], gates);
      const layer = lstmLayer('layer', dense(inSize, gates), recurrentMap, naming);
      const parameters: Record<string, Tensor> = {
        'layer.input.weight': asTensor(input, {}),
        'layer.bias': asTensor(run.parameters.bias, {}),
        [projection ? 'layer.recurrent.z' : 'layer.recurrent.weight']: asTensor(recurrent, {}),
      };
      if (projection) parameters['layer.recurrent.projection.weight'] = asTensor(projection, {});
      expect(Object.keys(parameters).sort()).toEqual(Object.keys(naming.specs).sort());
      const first = {
        h: squeeze(asTensor(run.parameters.h0, {})),
        c: squeeze(asTensor(run.parameters.c0, {})),
      };
      const { y, state } = layer.apply(parameters, asTensor(x, {}), first, lengths);
      expect(y.backend.name).toBe('wasm');
      expect(distance(state.h.dataSync(), Float64Array.from(run.h.values))).toBeLessThan(1e-5);
      expect(distance(state.c.dataSync(), Float64Array.from(run.c.values))).toBeLessThan(1e-5);
      expect(layer.outSize).toBe(run.h.shape[1]);
    });
  });
}

describe("PyTorch's cross_entropy", () => {
  it('is crossEntropy, with its gradient', () => {
    const { logits, classes, loss, gradient } = fixture.crossEntropy;
    const { value, grads } = valueAndGrad(({ x }: Tensors) => crossEntropy(x, classes))({
      x: asTensor(logits),
    });
    expect(Math.abs(value.item() - loss)).toBeLessThan(1e-13);
    expect(distance(grads.x.dataSync(), Float64Array.from(gradient.values))).toBeLessThan(1e-12);
  });
});

/** [1, B, N] → [B, N], by an op, so that gradients pass. */
function squeeze(x: Tensor): Tensor {
  return x.shape.length === 3 ? reshape(x, x.shape.slice(1)) : x;
}
