import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/index.ts';
import { streamBatches } from '../../../src/tasks/characters/batches.ts';
import { piecesOf } from '../../../src/tasks/characters/text.ts';

/** A text whose chapters are all trained on. */
function trainingText(chapters: readonly string[]) {
  const { alphabet, sets } = piecesOf(chapters.map((text, i) => ({ chapter: `Ge${i}`, text })));
  return { alphabet, sets: { train: Object.values(sets).flat(), development: [], test: [] } };
}

describe('streamBatches', () => {
  const request = fc.record({
    chapters: fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 30 }), {
      minLength: 1,
      maxLength: 6,
    }),
    streams: fc.integer({ min: 1, max: 4 }),
    timeSteps: fc.integer({ min: 1, max: 12 }),
    seed: fc.integer({ min: 0, max: 9 }),
    epoch: fc.integer({ min: 1, max: 3 }),
  });

  test('reads all pieces but a rest shorter than the streams are many, the next character its answer', () => {
    fc.assert(
      fc.property(request, ({ chapters, streams, timeSteps, seed, epoch }) => {
        const text = trainingText(chapters);
        const total = chapters.reduce((sum, chapter) => sum + chapter.length + 1, 0);
        fc.pre(total >= streams);
        const batches = streamBatches(text, streams, timeSteps, seed);
        const [read, answered] = [Array(streams).fill(''), Array(streams).fill('')];
        for (let index = 1; index <= batches.stepsPerEpoch; index++) {
          const { values, time, sequences, answers } = batches.batch(
            (epoch - 1) * batches.stepsPerEpoch + index,
          );
          expect(sequences).toBe(streams);
          expect(time).toBeLessThanOrEqual(timeSteps);
          for (let row = 0; row < time * streams; row++) {
            const oneHot = [...values.subarray(row * batches.inputSize, (row + 1) * batches.inputSize)];
            const place = oneHot.findIndex((value) => value !== 0);
            expect(oneHot.filter((value) => value !== 0)).toHaveLength(1);
            expect(oneHot[place]! ** 2 / batches.inputSize).toBeCloseTo(1, 6);
            read[row % streams] += text.alphabet[place];
            answered[row % streams] += text.alphabet[answers[row]!];
          }
        }
        const whole = answered.join('');
        expect(whole.length).toBe(Math.floor(total / streams) * streams);
        expect(read.join('')).toBe(`\n${whole}`.slice(0, -1));
        // Chapters in some order, the last ones cut off.
        let rest = whole;
        const left = chapters.map((chapter) => `${chapter}\n`);
        while (rest !== '') {
          const next = left.findIndex((chapter) => rest.startsWith(chapter) || chapter.startsWith(rest));
          expect(next).toBeGreaterThanOrEqual(0);
          rest = rest.slice(left.splice(next, 1)[0]!.length);
        }
      }),
    );
  });

  test('refuses a text of less than a character for every stream', () => {
    expect(() => streamBatches(trainingText(['ab']), 4, 5, 1)).toThrow(InputError);
    expect(() => streamBatches(trainingText(['ab']), 4, 5, 1)).toThrow(
      /has 3 characters, expected one for each of 4/,
    );
  });
});
