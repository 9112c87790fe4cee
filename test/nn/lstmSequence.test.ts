import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  full,
  grad,
  InputError,
  lstmSequence,
  lstmSteps,
  multiply,
  reshape,
  slice,
  sum,
  type Tensor,
  type Tensors,
  zeros,
} from '../../src/index.ts';
import { copyTo, distance, filled, float64 } from '../testing/values.ts';
import { differentiate, inputsOf, lstmCases, tensorsOf } from './lstmCases.ts';

const small = lstmCases({ time: 6, batch: 4, hidden: 5 });

/** Row `step` of a sequence [T, B, N], as [B, N]. */
const at = (sequence: Tensor, step: number) => reshape(slice(sequence, [step], [1]), sequence.shape.slice(1));

describe('lstmSequence', () => {
  it('is lstmSteps, in float64: values', () => {
    fc.assert(
      fc.property(small, (lstm) => {
        const inputs = inputsOf(lstm, tensorsOf(lstm));
        const [fused, steps] = [lstmSequence(inputs), lstmSteps(inputs)];
        for (const part of ['h', 'c'] as const) {
          expect(fused[part].shape).toEqual(steps[part].shape);
          expect(distance(fused[part].dataSync(), steps[part].dataSync())).toBeLessThanOrEqual(1e-9);
        }
      }),
    );
  });

  it('is lstmSteps, in float64: gradients of all that it takes', () => {
    fc.assert(
      fc.property(small, (lstm) => {
        const tensors = tensorsOf(lstm);
        const fused = differentiate(lstmSequence, lstm, tensors);
        const steps = differentiate(lstmSteps, lstm, tensors);
        expect(Math.abs(fused.value.item() - steps.value.item())).toBeLessThan(1e-9);
        expect(Object.keys(fused.grads)).toEqual(Object.keys(tensors));
        for (const name of Object.keys(tensors)) {
          const difference = distance(fused.grads[name].dataSync(), steps.grads[name].dataSync(), 1e-6);
          expect(difference, name).toBeLessThanOrEqual(1e-9);
        }
      }),
    );
  });

  it('on wasm is lstmSteps in float64, to 1e-5 of the largest: values and gradients', () => {
    fc.assert(
      fc.property(lstmCases({ time: 5, batch: 9, hidden: 20 }), (lstm) => {
        const tensors = tensorsOf(lstm);
        const single = Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, copyTo(x, {})]));
        const rounded = Object.fromEntries(
          Object.entries(single).map(([name, x]) => [name, copyTo(x, float64)]),
        );
        const [fused, steps] = [lstmSequence(inputsOf(lstm, single)), lstmSteps(inputsOf(lstm, rounded))];
        expect(fused.h.backend.name).toBe('wasm');
        for (const part of ['h', 'c'] as const) {
          expect(distance(fused[part].dataSync(), steps[part].dataSync(), 1e-2)).toBeLessThanOrEqual(1e-5);
        }
        const found = differentiate(lstmSequence, lstm, single).grads;
        const expected = differentiate(lstmSteps, lstm, rounded).grads;
        for (const name of Object.keys(tensors)) {
          // The floor: chains of factors can make a gradient tiny beside the numbers that it is summed of.
          const difference = distance(found[name].dataSync(), expected[name].dataSync(), 1e-1);
          expect(difference, name).toBeLessThanOrEqual(1e-5);
        }
      }),
    );
  });

  it('gives the gradient of one output alone', () => {
    fc.assert(
      fc.property(small, fc.constantFrom('h' as const, 'c' as const), (lstm, part) => {
        const tensors = tensorsOf(lstm);
        const only =
          (run: typeof lstmSequence): typeof lstmSequence =>
          (inputs) => {
            const result = run(inputs);
            const none = zeros(result[part === 'h' ? 'c' : 'h'].shape, float64);
            return part === 'h' ? { h: result.h, c: none } : { h: none, c: result.c };
          };
        const fused = differentiate(only(lstmSequence), lstm, tensors).grads;
        const steps = differentiate(only(lstmSteps), lstm, tensors).grads;
        for (const name of Object.keys(tensors)) {
          expect(distance(fused[name].dataSync(), steps[name].dataSync(), 1e-6), name).toBeLessThanOrEqual(
            1e-9,
          );
        }
      }),
    );
  });

  it('leaves the gradient that comes from above as it is, for others that were given the same', () => {
    fc.assert(
      fc.property(small, (lstm) => {
        const tensors = tensorsOf(lstm);
        const weights = filled(lstm.seed, 'weights', [lstm.time, lstm.batch, tensors.h0.shape[1]]);
        const loss = ({ other, ...own }: Tensors) =>
          sum(multiply(add(lstmSequence(inputsOf(lstm, own)).h, other), weights));
        const { other } = grad(loss)({ ...tensors, other: zeros(weights.shape, float64) });
        expect(other.dataSync()).toEqual(weights.dataSync());
      }),
    );
  });

  it('can be cut anywhere: the state is all that later steps need', () => {
    fc.assert(
      fc.property(small, fc.nat(), (lstm, cut) => {
        fc.pre(lstm.time > 1);
        const k = 1 + (cut % (lstm.time - 1));
        const inputs = inputsOf(lstm, tensorsOf(lstm));
        const { gates, lengths } = inputs;
        const whole = lstmSequence(inputs);
        const first = lstmSequence({
          ...inputs,
          gates: slice(gates, [0], [k]),
          lengths: lengths && Array.from(lengths, (length) => Math.min(k, length)),
        });
        const rest = lstmSequence({
          ...inputs,
          gates: slice(gates, [k], [lstm.time - k]),
          h0: at(first.h, k - 1),
          c0: at(first.c, k - 1),
          lengths: lengths && Array.from(lengths, (length) => Math.max(0, length - k)),
        });
        for (const part of ['h', 'c'] as const) {
          const joined = concat([first[part], rest[part]]);
          expect(distance(joined.dataSync(), whole[part].dataSync(), 1)).toBeLessThan(1e-12);
        }
      }),
    );
  });

  it('holds the state of a sequence that has ended, and reads nothing of what follows', () => {
    fc.assert(
      fc.property(small, (lstm) => {
        fc.pre(lstm.lengths !== undefined);
        const lengths = lstm.lengths!;
        const tensors = tensorsOf(lstm);
        const { h, c } = lstmSequence(inputsOf(lstm, tensors));
        // What stands in the padding must not matter, not even NaN.
        const values = tensors.gates.dataSync();
        const width = 4 * lstm.hidden;
        for (let t = 0; t < lstm.time; t++) {
          for (let b = 0; b < lstm.batch; b++) {
            if (t >= lengths[b])
              values.fill(Number.NaN, (t * lstm.batch + b) * width, (t * lstm.batch + b + 1) * width);
          }
        }
        const gates = copyTo(tensors.gates, float64);
        gates.storage.overwrite(values);
        const poisoned = lstmSequence(inputsOf(lstm, { ...tensors, gates }));
        expect(poisoned.h.dataSync()).toEqual(h.dataSync());
        expect(poisoned.c.dataSync()).toEqual(c.dataSync());
        for (const [sequence, first] of [
          [h, tensors.h0],
          [c, tensors.c0],
        ] as const) {
          const [all, start] = [sequence.dataSync(), first.dataSync()];
          const n = first.shape[1];
          for (let b = 0; b < lstm.batch; b++) {
            const last = lengths[b] === 0 ? start : all.subarray((lengths[b] - 1) * lstm.batch * n);
            for (let t = lengths[b]; t < lstm.time; t++) {
              for (let j = 0; j < n; j++) expect(all[(t * lstm.batch + b) * n + j]).toBe(last[b * n + j]);
            }
          }
        }
      }),
    );
  });

  it('gives the gates of the padding no gradient', () => {
    fc.assert(
      fc.property(small, (lstm) => {
        fc.pre(lstm.lengths !== undefined);
        const grads = differentiate(lstmSequence, lstm, tensorsOf(lstm)).grads.gates.dataSync();
        const width = 4 * lstm.hidden;
        for (let i = 0; i < grads.length; i++) {
          const row = Math.floor(i / width);
          if (Math.floor(row / lstm.batch) >= lstm.lengths![row % lstm.batch]) expect(grads[i]).toBe(0);
        }
      }),
    );
  });

  it('is one cell worked by hand', () => {
    const one = (value: number, shape: number[]) => full(shape, value, float64);
    const { h, c } = lstmSequence({
      gates: one(0, [1, 1, 4]),
      bias: one(0, [4]),
      h0: one(0, [1, 1]),
      c0: one(2, [1, 1]),
      recurrent: [one(0, [4, 1])],
    });
    // All gates ½, g = 0: c = ½ · 2, h = ½ tanh 1.
    expect(c.item()).toBeCloseTo(1, 14);
    expect(h.item()).toBeCloseTo(0.5 * Math.tanh(1), 14);
  });

  it('refuses what does not fit, naming it', () => {
    const good = {
      gates: zeros([3, 2, 8], float64),
      bias: zeros([8], float64),
      h0: zeros([2, 2], float64),
      c0: zeros([2, 2], float64),
      recurrent: [zeros([8, 2], float64)],
    };
    const refuse = (change: object, message: RegExp) => {
      expect(() => lstmSequence({ ...good, ...change })).toThrow(message);
      expect(() => lstmSequence({ ...good, ...change })).toThrow(InputError);
    };
    refuse({ gates: zeros([3, 2, 12], float64) }, /gates has shape \[3, 2, 12\], expected \[3, 2, 8\]/);
    refuse({ gates: zeros([0, 2, 8], float64) }, /at least one step/);
    refuse({ bias: zeros([4], float64) }, /bias has shape \[4\]/);
    refuse({ h0: zeros([1, 2], float64) }, /h0 has shape \[1, 2\]/);
    refuse(
      { h0: zeros([2, 3], float64), recurrent: [zeros([8, 3], float64)] },
      /h0 has 3 columns, expected 2/,
    );
    refuse({ c0: zeros([3, 2], float64) }, /c0 has shape \[3, 2\]/);
    refuse({ recurrent: [] }, /recurrent factors end in 2 values, expected 8/);
    refuse(
      { recurrent: [zeros([4, 2], float64), zeros([8, 5], float64)] },
      /recurrent factor has shape \[8, 5\]/,
    );
    refuse({ projection: [zeros([3, 2], float64)] }, /projection factors end in 3 values, expected 2/);
    refuse({ lengths: [3] }, /1 lengths were given, expected 2/);
    refuse({ lengths: [3, 4] }, /lengths\[1\] is 4, expected a whole number from 0 to 3/);
    refuse({ lengths: [-1, 3] }, /lengths\[0\] is -1/);
  });

  it('refuses lengths that are no whole numbers', () => {
    const lengths = [Number.NaN, 1.5];
    const inputs = inputsOf(
      { lengths },
      {
        gates: zeros([3, 2, 8], float64),
        bias: zeros([8], float64),
        h0: zeros([2, 2], float64),
        c0: zeros([2, 2], float64),
        recurrent0: zeros([8, 2], float64),
      },
    );
    expect(() => lstmSequence(inputs)).toThrow(InputError);
  });
});
