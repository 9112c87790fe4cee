import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../../../src/index.ts';
import { assemble, type Example, planBatches, shardsOf } from '../../../src/tasks/speech/batches.ts';

const lengths = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 120 });
const batchSize = fc.integer({ min: 1, max: 20 });

describe('planBatches', () => {
  it('has every utterance exactly once, in as few batches as there can be', () => {
    fc.assert(
      fc.property(lengths, batchSize, fc.nat(), (frames, size, seed) => {
        const batches = planBatches(frames, size, random(seed));
        expect(batches.flat().sort((a, b) => a - b)).toEqual(frames.map((_, index) => index));
        expect(batches.length).toBe(Math.ceil(frames.length / size));
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(size);
        }
      }),
    );
  });

  it('depends on its stream alone, and varies with it', () => {
    fc.assert(
      fc.property(lengths, batchSize, fc.nat(), (frames, size, seed) => {
        expect(planBatches(frames, size, random(seed))).toEqual(planBatches(frames, size, random(seed)));
      }),
    );
    const frames = Array.from({ length: 40 }, (_, i) => i % 7);
    const plans = Array.from({ length: 20 }, (_, seed) =>
      JSON.stringify(planBatches(frames, 4, random(seed))),
    );
    expect(new Set(plans).size).toBe(20);
  });

  it('puts like lengths together: each batch of a pool is a run of the sorted lengths', () => {
    fc.assert(
      // Fewer than 20 batches are one pool.
      fc.property(
        fc.array(fc.nat(500), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 3, max: 10 }),
        fc.nat(),
        (frames, size, seed) => {
          const batches = planBatches(frames, size, random(seed)).map((batch) =>
            batch.map((index) => frames[index]),
          );
          const spans = batches
            .map((batch) => [Math.min(...batch), Math.max(...batch)])
            .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
          for (let i = 1; i < spans.length; i++) expect(spans[i][0]).toBeGreaterThanOrEqual(spans[i - 1][1]);
        },
      ),
    );
  });

  it('does not go from short to long', () => {
    const frames = Array.from({ length: 64 }, (_, i) => i);
    const first = new Set<number>();
    for (let seed = 0; seed < 40; seed++)
      first.add(Math.floor(planBatches(frames, 8, random(seed))[0][0] / 8));
    expect(first.size).toBeGreaterThan(4);
  });
});

describe('shardsOf', () => {
  it('cuts a batch into neighbours, no part larger than another by more than one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 20 }), (batch, shards) => {
        const parts = shardsOf(batch, shards);
        expect(parts).toHaveLength(shards);
        expect(parts.flat()).toEqual(batch);
        const sizes = parts.map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('assemble', () => {
  const width = fc.integer({ min: 1, max: 5 });
  const examples = width.chain((w) =>
    fc.tuple(
      fc.constant(w),
      fc.array(
        fc
          .integer({ min: 0, max: 6 })
          .chain((frames) =>
            fc
              .array(fc.integer({ min: 1, max: 99 }), { minLength: frames * w, maxLength: frames * w })
              .map((values): Example => ({ frames, inputs: Float32Array.from(values) })),
          ),
        { minLength: 1, maxLength: 6 },
      ),
    ),
  );

  it('puts examples side by side, time-major, and zeros after each', () => {
    fc.assert(
      fc.property(examples, ([w, list]) => {
        const { time, values, frames } = assemble(list, w);
        expect(time).toBe(Math.max(...list.map((example) => example.frames)));
        expect(Array.from(frames)).toEqual(list.map((example) => example.frames));
        expect(values.length).toBe(time * list.length * w);
        for (let t = 0; t < time; t++) {
          list.forEach((example, b) => {
            for (let i = 0; i < w; i++) {
              const expected = t < example.frames ? example.inputs[t * w + i] : 0;
              expect(values[(t * list.length + b) * w + i]).toBe(expected);
            }
          });
        }
      }),
    );
  });

  it('of nothing is nothing', () => {
    expect(assemble([], 3)).toEqual({ time: 0, values: new Float32Array(0), frames: new Int32Array(0) });
  });
});
