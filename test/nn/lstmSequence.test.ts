import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { full, InputError, lstmSequence, type Tensors, tensor, zeros } from '../../src/index.ts';
import { distance, float64 } from '../testing/values.ts';
import { cells, differentiate, sequenceCases } from './sequenceCases.ts';

const small = sequenceCases({ time: 6, batch: 4, hidden: 5 });

describe('lstmSequence', () => {
  for (const name of ['lstmSequence', 'lstmSequence with peepholes']) {
    const cell = cells[name];

    it(`gives the gradient of one output alone (${name})`, () => {
      fc.assert(
        fc.property(small, fc.constantFrom('h', 'c'), (sizes, part) => {
          const tensors = cell.tensorsOf(sizes);
          const only = (run: typeof cell.fused) => (own: Tensors, lengths?: readonly number[]) => ({
            [part]: run(own, lengths)[part],
          });
          const fused = differentiate(only(cell.fused), sizes, tensors).grads;
          const steps = differentiate(only(cell.steps), sizes, tensors).grads;
          for (const input of Object.keys(tensors)) {
            const difference = distance(fused[input].dataSync(), steps[input].dataSync(), 1e-6);
            expect(difference, input).toBeLessThanOrEqual(1e-9);
          }
        }),
      );
    });
  }

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

  it('with peepholes is one cell worked by hand: i and f see the cell before, o the cell after', () => {
    const one = (value: number, shape: number[]) => full(shape, value, float64);
    const { h, c } = lstmSequence({
      gates: tensor([0, 0, 0.5, 0], [1, 1, 4], float64),
      bias: one(0, [4]),
      h0: one(0, [1, 1]),
      c0: one(2, [1, 1]),
      recurrent: [one(0, [4, 1])],
      peepholes: tensor([0.25, -0.5, 3], [3], float64),
    });
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const cell = sigmoid(-0.5 * 2) * 2 + sigmoid(0.25 * 2) * Math.tanh(0.5);
    expect(c.item()).toBeCloseTo(cell, 14);
    expect(h.item()).toBeCloseTo(sigmoid(3 * cell) * Math.tanh(cell), 14);
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
    refuse({ peepholes: zeros([8], float64) }, /peepholes has shape \[8\], expected \[6\]/);
    refuse({ lengths: [3] }, /1 lengths were given, expected 2/);
    refuse({ lengths: [3, 4] }, /lengths\[1\] is 4, expected a whole number from 0 to 3/);
    refuse({ lengths: [-1, 3] }, /lengths\[0\] is -1/);
  });
});
