import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ctcWorkspaceSize } from '../../kernels/ctc/layout.ts';
import type { Argument } from './module.ts';
import { expectAgreement, randomIntegers, randomValues, runReference } from './module.ts';

/** Arguments of `ctc` for these label sequences and numbers of frames; results start as rubbish. */
function problem(
  time: number,
  classes: number,
  logits: Float32Array,
  sequences: number[][],
  frames: number[],
): Argument[] {
  const offsets = [0];
  for (const labels of sequences) offsets.push(offsets[offsets.length - 1] + labels.length);
  const longest = Math.max(...sequences.map((labels) => labels.length));
  const batch = sequences.length;
  return [
    time,
    batch,
    classes,
    logits,
    Int32Array.from(sequences.flat()),
    Int32Array.from(offsets),
    Int32Array.from(frames),
    new Float32Array(batch).fill(7),
    new Float32Array(time * batch * classes).fill(7),
    new Float64Array(ctcWorkspaceSize(time, longest, classes)).fill(7),
  ];
}

/** p(labels) by its definition: the sum over all classes^frames alignments that spell them. */
function bruteForce(
  logits: Float32Array,
  batch: number,
  b: number,
  classes: number,
  frames: number,
  labels: number[],
): number {
  const probabilities = Array.from({ length: frames }, (_, t) => {
    const row = Array.from({ length: classes }, (_, k) => Math.exp(logits[(t * batch + b) * classes + k]));
    const sum = row.reduce((x, y) => x + y, 0);
    return row.map((v) => v / sum);
  });
  let total = 0;
  for (let code = 0; code < classes ** frames; code++) {
    const path = Array.from({ length: frames }, (_, t) => Math.floor(code / classes ** t) % classes);
    const spelled = path.filter((k, t) => k !== 0 && k !== path[t - 1]);
    if (spelled.join() !== labels.join()) continue;
    total += path.reduce((product, k, t) => product * probabilities[t][k], 1);
  }
  return total;
}

const smallProblem = fc.integer({ min: 2, max: 3 }).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    sequences: fc.array(fc.array(fc.integer({ min: 1, max: classes - 1 }), { maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    }),
    time: fc.nat(5),
    seed: fc.nat(),
  }),
);

describe('ctc', () => {
  test('is −ln of the sum over all alignments', () => {
    fc.assert(
      fc.property(smallProblem, ({ classes, sequences, time, seed }) => {
        const batch = sequences.length;
        const logits = randomValues(time * batch * classes, seed);
        const frames = randomIntegers(batch, time + 1, seed + 1);
        const { arrays } = runReference('ctc', problem(time, classes, logits, sequences, [...frames]));
        sequences.forEach((labels, b) => {
          const loss = (arrays[7] as Float64Array)[b];
          const p = bruteForce(logits, batch, b, classes, frames[b], labels);
          if (p === 0) expect(loss).toBe(Infinity);
          else expect(loss).toBeCloseTo(-Math.log(p), 10);
        });
      }),
      { numRuns: 300 },
    );
  });

  test('its gradient is that of central differences of the sum over all alignments', () => {
    fc.assert(
      fc.property(smallProblem, ({ classes, sequences, time, seed }) => {
        const batch = sequences.length;
        const logits = randomValues(time * batch * classes, seed);
        const frames = randomIntegers(batch, time + 1, seed + 1);
        const { arrays } = runReference('ctc', problem(time, classes, logits, sequences, [...frames]));
        const grad = arrays[8] as Float64Array;
        const at = seed % Math.max(logits.length, 1);
        if (logits.length === 0) return;
        const b = Math.floor(at / classes) % batch;
        const value = (logit: number) => {
          const changed = logits.slice();
          changed[at] = logit;
          return [-Math.log(bruteForce(changed, batch, b, classes, frames[b], sequences[b])), changed[at]];
        };
        const [up, x1] = value(logits[at] + 2 ** -7);
        const [down, x0] = value(logits[at] - 2 ** -7);
        expect(grad[at]).toBeCloseTo(up === Infinity ? 0 : (up - down) / (x1 - x0), 4);
      }),
      { numRuns: 200 },
    );
  });

  test('float32 agrees with float64, and every word outside stays', () => {
    const big = fc.record({
      classes: fc.integer({ min: 2, max: 12 }),
      lengths: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
      time: fc.nat(24),
      deviation: fc.constantFrom(0.1, 2, 30, 1000),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(big, fc.nat(3), ({ classes, lengths, time, deviation, seed }, skew) => {
        const batch = lengths.length;
        const sequences = lengths.map((n, b) =>
          [...randomIntegers(n, classes - 1, seed + b)].map((k) => k + 1),
        );
        const frames = [...randomIntegers(batch, time + 1, seed + 9)];
        const logits = randomValues(time * batch * classes, seed, deviation);
        expectAgreement(
          'ctc',
          problem(time, classes, logits, sequences, frames),
          { relative: 2e-7, absolute: 1e-7 },
          skew,
        );
      }),
      { numRuns: 400 },
    );
  });

  test('a sequence as long as training has agrees too', () => {
    const sequences = Array.from({ length: 16 }, (_, b) =>
      [...randomIntegers(25, 28, b + 1)].map((k) => k + 1),
    );
    const frames = sequences.map((_, b) => 80 - b);
    const args = problem(80, 29, randomValues(80 * 16 * 29, 3, 3), sequences, frames);
    expectAgreement('ctc', args, { relative: 2e-7, absolute: 1e-7 });
  });

  test('no label in no frame costs nothing; a label in no frame, or a repetition without a blank, is impossible', () => {
    const args = problem(3, 3, randomValues(27, 1), [[], [1], [2, 2, 1]], [0, 0, 3]);
    const { arrays } = runReference('ctc', args);
    expect([...(arrays[7] as Float64Array)]).toEqual([0, Infinity, Infinity]);
    expect((arrays[8] as Float64Array).every((v) => v === 0)).toBe(true);
    expectAgreement('ctc', args, { relative: 0, absolute: 0 });
  });

  test('a NaN in one sequence shows in its loss and nowhere else', () => {
    const logits = randomValues(4 * 2 * 3, 2);
    logits[2 * 2 * 3] = NaN;
    const args = problem(4, 3, logits, [[1], [2]], [4, 4]);
    const { arrays } = runReference('ctc', args);
    expect([...(arrays[7] as Float64Array)].map(Number.isNaN)).toEqual([true, false]);
    expectAgreement('ctc', args, { relative: 1e-6, absolute: 1e-6 });
  });

  test('each frame of the gradient sums to 0', () => {
    const { arrays } = runReference('ctc', problem(6, 4, randomValues(24, 5), [[1, 3]], [6]));
    const grad = arrays[8] as Float64Array;
    for (let t = 0; t < 6; t++)
      expect(grad.slice(4 * t, 4 * t + 4).reduce((a, b) => a + b, 0)).toBeCloseTo(0, 12);
  });
});
