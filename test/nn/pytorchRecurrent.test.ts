import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  gruResetBeforeSequence,
  gruResetBeforeSteps,
  gruSequence,
  gruSteps,
  matmul,
  multiply,
  Naming,
  reshape,
  rnnSequence,
  rnnSteps,
  slice,
  sum,
  type Tensor,
  type Tensors,
  tensor,
  valueAndGrad,
} from '../../src/index.ts';
import { layerFromSpec } from '../../src/nn/layerFromSpec.ts';
import { distance, float64 } from '../testing/values.ts';

interface Numbers {
  readonly shape: number[];
  readonly values: number[];
}

interface Recorded {
  readonly lengths: number[] | null;
  readonly weights: Readonly<Record<string, Numbers>>;
  readonly parameters: Readonly<Record<string, Numbers>>;
  readonly gradients: Readonly<Record<string, Numbers>>;
  readonly y: Numbers;
  readonly h: Numbers;
  readonly loss: number;
}

/** Outputs y [T, B, ·] and last states by name, from inputs and weights under the names of the fixture. */
type Run = (parameters: Tensors, lengths: number[] | undefined) => Tensors;

// Made by test/fixtures/pytorch.py.
const fixture = JSON.parse(readFileSync(new URL('../fixtures/pytorch.json', import.meta.url), 'utf8')) as {
  recurrent: Record<string, Recorded>;
  gruResetBefore: Record<string, Recorded>;
};

const asTensor = ({ values, shape }: Numbers, options = float64) => tensor(values, shape, options);
const rows = (x: Tensor, start: number, count: number) => slice(x, [start], [count]);
const withoutFirst = (x: Tensor) => reshape(x, x.shape.slice(1));
const last = (sequence: Tensor) => withoutFirst(rows(sequence, sequence.shape[0] - 1, 1));

const gru =
  (op: typeof gruSequence): Run =>
  ({ x, h0, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 }, lengths) => {
    const hidden = weight_hh_l0.shape[1];
    const none = tensor(new Float64Array(hidden), [hidden], { dtype: x.dtype, backend: x.backend });
    const y = op({
      gates: matmul(x, weight_ih_l0, { transposeB: true }),
      // Both biases of r and z add up; that of U_n h stays apart.
      bias: add(bias_ih_l0, concat([rows(bias_hh_l0, 0, 2 * hidden), none])),
      recurrentBias: rows(bias_hh_l0, 2 * hidden, hidden),
      h0: withoutFirst(h0),
      recurrent: [weight_hh_l0],
      lengths,
    });
    return { y, h: last(y) };
  };

const rnn =
  (op: typeof rnnSequence, activation: 'tanh' | 'relu'): Run =>
  ({ x, h0, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 }, lengths) => {
    const y = op({
      gates: matmul(x, weight_ih_l0, { transposeB: true }),
      bias: add(bias_ih_l0, bias_hh_l0),
      h0: withoutFirst(h0),
      recurrent: [weight_hh_l0],
      activation,
      lengths,
    });
    return { y, h: last(y) };
  };

const resetBefore =
  (op: typeof gruResetBeforeSequence): Run =>
  ({ x, h0, input, recurrent, bias }, lengths) => {
    const hidden = recurrent.shape[1];
    const y = op({
      gates: matmul(x, input, { transposeB: true }),
      bias,
      h0,
      recurrentGates: [rows(recurrent, 0, 2 * hidden)],
      candidate: [rows(recurrent, 2 * hidden, hidden)],
      lengths,
    });
    return { y, h: last(y) };
  };

const bidirectionalLstm: Run = ({ x, h0, c0, ...weights }, lengths) => {
  const naming = new Naming();
  const hidden = h0.shape[2];
  const layer = layerFromSpec('layer', { hidden, bidirectional: true }, x.shape[2], naming);
  const directions = { forward: '', backward: '_reverse' };
  const own: Record<string, Tensor> = {};
  const first: Record<string, Tensor> = {};
  Object.entries(directions).forEach(([direction, suffix], i) => {
    own[`layer.${direction}.input.weight`] = weights[`weight_ih_l0${suffix}`];
    own[`layer.${direction}.recurrent.weight`] = weights[`weight_hh_l0${suffix}`];
    own[`layer.${direction}.bias`] = add(weights[`bias_ih_l0${suffix}`], weights[`bias_hh_l0${suffix}`]);
    first[`${direction}.h`] = withoutFirst(rows(h0, i, 1));
    first[`${direction}.c`] = withoutFirst(rows(c0, i, 1));
  });
  expect(Object.keys(own).sort()).toEqual(Object.keys(naming.specs).sort());
  const { y, state } = layer.apply(own, x, first, lengths);
  const both = (part: string) => concat([state[`forward.${part}`], state[`backward.${part}`]]);
  return { y, h: both('h'), c: both('c') };
};

const { gruResetBefore } = fixture;
const forms: readonly [name: string, run: Run, recorded: Readonly<Record<string, Recorded>>][] = [
  ['gruSequence', gru(gruSequence), pick('gru', 'gruLengths')],
  ['gruSteps', gru(gruSteps), pick('gru', 'gruLengths')],
  ['rnnSequence with tanh', rnn(rnnSequence, 'tanh'), pick('tanh', 'tanhLengths')],
  ['rnnSteps with tanh', rnn(rnnSteps, 'tanh'), pick('tanh', 'tanhLengths')],
  ['rnnSequence with relu', rnn(rnnSequence, 'relu'), pick('relu', 'reluLengths')],
  ['rnnSteps with relu', rnn(rnnSteps, 'relu'), pick('relu', 'reluLengths')],
  ['bidirectional', bidirectionalLstm, pick('bidirectionalLstm', 'bidirectionalLstmLengths')],
  ['gruResetBeforeSequence', resetBefore(gruResetBeforeSequence), gruResetBefore],
  ['gruResetBeforeSteps', resetBefore(gruResetBeforeSteps), gruResetBefore],
];

for (const [form, run, recordings] of forms) {
  for (const [name, recorded] of Object.entries(recordings)) {
    describe(`${form} against ${form.startsWith('gruReset') ? 'NumPy' : 'PyTorch'} (${name})`, () => {
      const { parameters, weights, gradients } = recorded;
      const lengths = recorded.lengths ?? undefined;
      const [time, batch] = parameters.x.shape;
      const inside = (i: number, width: number) => {
        const row = Math.floor(i / width);
        return Math.floor(row / batch) < (lengths?.[row % batch] ?? time);
      };
      // PyTorch's padded rows are 0 and ours are held; NumPy's are held as well.
      const weighted = (key: string, { values, shape }: Numbers): number[] =>
        key === 'y' && !form.startsWith('gruReset')
          ? values.map((value, i) => (inside(i, shape[2]) ? value : 0))
          : values;
      const lossOf = (outputs: Tensors, options = float64) =>
        Object.entries(weights)
          .map(([key, own]) =>
            sum(multiply(outputs[key], tensor(weighted(key, own), outputs[key].shape, options))),
          )
          .reduce(add);
      const inputs = (options = float64) =>
        Object.fromEntries(Object.entries(parameters).map(([key, own]) => [key, asTensor(own, options)]));

      it('gives the same outputs and last states', () => {
        const { y, h } = run(inputs(), lengths);
        const width = recorded.y.shape[2];
        y.dataSync().forEach((value, i) => {
          if (inside(i, width)) expect(value).toBeCloseTo(recorded.y.values[i], 12);
        });
        expect(distance(h.dataSync(), Float64Array.from(recorded.h.values))).toBeLessThan(1e-12);
      });

      it('gives the same gradients by all that goes in, in float64 to 1e-9', () => {
        const { value, grads } = valueAndGrad((p: Tensors) => lossOf(run(p, lengths)))(inputs());
        expect(Math.abs(value.item() - recorded.loss)).toBeLessThan(1e-11);
        expect(Object.keys(gradients).sort()).toEqual(Object.keys(parameters).sort());
        for (const [key, expected] of Object.entries(gradients)) {
          expect(grads[key].shape).toEqual(expected.shape);
          expect(distance(grads[key].dataSync(), Float64Array.from(expected.values)), key).toBeLessThan(1e-9);
        }
      });

      it('gives the same gradients on wasm to 1e-5', () => {
        const { grads } = valueAndGrad((p: Tensors) => lossOf(run(p, lengths), {}))(inputs({}));
        for (const [key, expected] of Object.entries(gradients)) {
          expect(grads[key].backend.name).toBe('wasm');
          expect(distance(grads[key].dataSync(), Float64Array.from(expected.values)), key).toBeLessThan(1e-5);
        }
      });
    });
  }
}

function pick(...names: string[]): Record<string, Recorded> {
  return Object.fromEntries(names.map((name) => [name, fixture.recurrent[name]]));
}
