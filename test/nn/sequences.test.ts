import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  grad,
  InputError,
  multiply,
  reshape,
  slice,
  sum,
  type Tensor,
  type Tensors,
  zeros,
} from '../../src/index.ts';
import { copyTo, distance, filled, float64 } from '../testing/values.ts';
import { cells, differentiate, sequenceCases } from './sequenceCases.ts';

const small = sequenceCases({ time: 6, batch: 4, hidden: 5 });
const withLengths = small.filter(({ lengths }) => lengths !== undefined);

/** Row `step` of a sequence [T, B, N], as [B, N]. */
const at = (sequence: Tensor, step: number) => reshape(slice(sequence, [step], [1]), sequence.shape.slice(1));

for (const [name, cell] of Object.entries(cells)) {
  describe(name, () => {
    it('is its definition in float64: values, and gradients of all that it takes', () => {
      fc.assert(
        fc.property(small, (sizes) => {
          const tensors = cell.tensorsOf(sizes);
          const [states, expected] = [cell.fused(tensors, sizes.lengths), cell.steps(tensors, sizes.lengths)];
          expect(Object.keys(states)).toEqual(Object.keys(expected));
          for (const part of Object.keys(expected)) {
            expect(states[part].shape).toEqual(expected[part].shape);
            expect(distance(states[part].dataSync(), expected[part].dataSync(), 1e-6)).toBeLessThanOrEqual(
              1e-9,
            );
          }
          const fused = differentiate(cell.fused, sizes, tensors);
          const steps = differentiate(cell.steps, sizes, tensors);
          expect(Math.abs(fused.value.item() - steps.value.item())).toBeLessThan(1e-9);
          expect(Object.keys(fused.grads)).toEqual(Object.keys(tensors));
          for (const input of Object.keys(tensors)) {
            const difference = distance(fused.grads[input].dataSync(), steps.grads[input].dataSync(), 1e-6);
            expect(difference, input).toBeLessThanOrEqual(1e-9);
          }
        }),
      );
    });

    it('on wasm is its definition in float64, to 1e-5 of the largest: values and gradients', () => {
      fc.assert(
        fc.property(sequenceCases({ time: 5, batch: 9, hidden: 20 }), (sizes) => {
          const tensors = cell.tensorsOf(sizes);
          const single = Object.fromEntries(Object.entries(tensors).map(([key, x]) => [key, copyTo(x, {})]));
          const rounded = Object.fromEntries(
            Object.entries(single).map(([key, x]) => [key, copyTo(x, float64)]),
          );
          // On the wrong side of a kink a gradient is another one.
          fc.pre((cell.kink?.(rounded, sizes.lengths) ?? 1) > 1e-5);
          const [fused, steps] = [cell.fused(single, sizes.lengths), cell.steps(rounded, sizes.lengths)];
          for (const part of Object.keys(steps)) {
            expect(fused[part].backend.name).toBe('wasm');
            expect(distance(fused[part].dataSync(), steps[part].dataSync(), 1e-2)).toBeLessThanOrEqual(1e-5);
          }
          const found = differentiate(cell.fused, sizes, single).grads;
          const expected = differentiate(cell.steps, sizes, rounded).grads;
          for (const input of Object.keys(tensors)) {
            // The floor: chains of factors can make a gradient tiny beside the numbers that it is summed of.
            const difference = distance(found[input].dataSync(), expected[input].dataSync(), 1e-1);
            expect(difference, input).toBeLessThanOrEqual(1e-5);
          }
        }),
      );
    });

    it('from zeros gives the same gradients, whether or not that of h0 is asked for', () => {
      fc.assert(
        fc.property(small, fc.boolean(), (sizes, asked) => {
          const { h0, ...others } = cell.tensorsOf(sizes);
          const none = zeros(h0.shape, float64);
          const parameters: Tensors = asked ? { ...others, h0: none } : others;
          const gradsOf = (form: typeof cell.fused) =>
            differentiate((own, lengths) => form({ h0: none, ...own }, lengths), sizes, parameters).grads;
          const [fused, steps] = [gradsOf(cell.fused), gradsOf(cell.steps)];
          for (const input of Object.keys(parameters)) {
            const difference = distance(fused[input].dataSync(), steps[input].dataSync(), 1e-6);
            expect(difference, input).toBeLessThanOrEqual(1e-9);
          }
        }),
      );
    });

    it('leaves the gradient that comes from above as it is, for others that were given the same', () => {
      fc.assert(
        fc.property(small, (sizes) => {
          const tensors = cell.tensorsOf(sizes);
          const weights = filled(sizes.seed, 'weights', [sizes.time, ...tensors.h0.shape]);
          const loss = ({ other, ...own }: Tensors) =>
            sum(multiply(add(cell.fused(own, sizes.lengths).h, other), weights));
          const { other } = grad(loss)({ ...tensors, other: zeros(weights.shape, float64) });
          expect(other.dataSync()).toEqual(weights.dataSync());
        }),
      );
    });

    it('can be cut anywhere: the state is all that later steps need', () => {
      fc.assert(
        fc.property(small, fc.nat(), (sizes, cut) => {
          fc.pre(sizes.time > 1);
          const k = 1 + (cut % (sizes.time - 1));
          const { lengths } = sizes;
          const tensors = cell.tensorsOf(sizes);
          const whole = cell.fused(tensors, lengths);
          const first = cell.fused(
            { ...tensors, gates: slice(tensors.gates, [0], [k]) },
            lengths?.map((length) => Math.min(k, length)),
          );
          const states = Object.entries(first).map(([part, sequence]) => [`${part}0`, at(sequence, k - 1)]);
          const rest = cell.fused(
            { ...tensors, ...Object.fromEntries(states), gates: slice(tensors.gates, [k], [sizes.time - k]) },
            lengths?.map((length) => Math.max(0, length - k)),
          );
          for (const part of Object.keys(whole)) {
            const joined = concat([first[part], rest[part]]);
            expect(distance(joined.dataSync(), whole[part].dataSync(), 1)).toBeLessThan(1e-12);
          }
        }),
      );
    });

    it('holds the state of a sequence that has ended, and reads nothing of what follows', () => {
      fc.assert(
        fc.property(withLengths, (sizes) => {
          const { time, batch } = sizes;
          const lengths = sizes.lengths!;
          const tensors = cell.tensorsOf(sizes);
          const states = cell.fused(tensors, lengths);
          // What stands in the padding must not matter, not even NaN.
          const width = cell.gates * sizes.hidden;
          const gates = filledWhere(
            tensors.gates,
            (row) => Math.floor(row / batch) >= lengths[row % batch],
            width,
          );
          const poisoned = cell.fused({ ...tensors, gates }, lengths);
          for (const [part, sequence] of Object.entries(states)) {
            expect(poisoned[part].dataSync()).toEqual(sequence.dataSync());
            const first = tensors[`${part}0`];
            const [all, start, n] = [sequence.dataSync(), first.dataSync(), first.shape[1]];
            for (let b = 0; b < batch; b++) {
              const last = lengths[b] === 0 ? start : all.subarray((lengths[b] - 1) * batch * n);
              for (let t = lengths[b]; t < time; t++) {
                for (let j = 0; j < n; j++) expect(all[(t * batch + b) * n + j]).toBe(last[b * n + j]);
              }
            }
          }
        }),
      );
    });

    it('takes no gradient from the padding: not of its gates, and none that is NaN for the weights', () => {
      fc.assert(
        fc.property(withLengths, (sizes) => {
          const { batch } = sizes;
          const lengths = sizes.lengths!;
          const tensors = cell.tensorsOf(sizes);
          const width = cell.gates * sizes.hidden;
          const isPadding = (row: number) => Math.floor(row / batch) >= lengths[row % batch];
          const clean = differentiate(cell.fused, sizes, tensors).grads;
          clean.gates.dataSync().forEach((value, i) => {
            if (isPadding(Math.floor(i / width))) expect(value).toBe(0);
          });
          const gates = filledWhere(tensors.gates, isPadding, width);
          const poisoned = differentiate(cell.fused, sizes, { ...tensors, gates }).grads;
          for (const input of Object.keys(tensors)) {
            expect(distance(poisoned[input].dataSync(), clean[input].dataSync(), 1), input).toBeLessThan(
              1e-12,
            );
          }
        }),
      );
    });

    it('refuses lengths that are none, and sequences without steps', () => {
      const sizes = {
        seed: 1,
        time: 3,
        batch: 2,
        hidden: 2,
        ranks: [],
        candidateRanks: [],
        projection: null,
        lengths: undefined,
      };
      const tensors = cell.tensorsOf(sizes);
      const run = (lengths: number[]) => () => cell.fused(tensors, lengths);
      expect(run([3])).toThrow(/1 lengths were given, expected 2/);
      expect(run([3, 4])).toThrow(/lengths\[1\] is 4, expected a whole number from 0 to 3/);
      for (const bad of [-1, 1.5, Number.NaN, Infinity]) {
        expect(run([bad, 3])).toThrow(`lengths[0] is ${bad}`);
        expect(run([bad, 3])).toThrow(InputError);
      }
      const empty = { ...tensors, gates: zeros([0, 2, cell.gates * 2], float64) };
      expect(() => cell.fused(empty)).toThrow(/at least one step/);
    });

    it('refuses every argument of another size, naming it', () => {
      const names: Record<string, RegExp> = { U: /recurrent/, N: /candidate/, P: /projection|columns/ };
      fc.assert(
        fc.property(small, fc.nat(), (sizes, pick) => {
          const tensors = cell.tensorsOf(sizes);
          const all = Object.keys(tensors).filter((key) => key !== 'gates');
          const key = all[pick % all.length];
          const larger = tensors[key].shape.map((size, axis) => (axis === 0 ? size + 1 : size));
          const run = () => cell.fused({ ...tensors, [key]: zeros(larger, float64) }, sizes.lengths);
          expect(run, key).toThrow(InputError);
          if (!/^(h0|c0)$/.test(key)) expect(run, key).toThrow(names[key[0]] ?? new RegExp(key));
        }),
      );
    });
  });
}

/** A copy of a sequence with NaN in the rows that `isPadding` says. */
function filledWhere(sequence: Tensor, isPadding: (row: number) => boolean, width: number): Tensor {
  const copy = copyTo(sequence, float64);
  copy.storage.overwrite(
    sequence.dataSync().map((value, i) => (isPadding(Math.floor(i / width)) ? Number.NaN : value)),
  );
  return copy;
}
