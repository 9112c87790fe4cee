import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeWav } from 'compact-rnn/speech';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Description, hearing } from '../../docs/live/speech/hearing.ts';
import { packed, unpacked } from '../../docs/live/speech/pack.mjs';
import { errorRate } from '../../src/tasks/speech/score/errorRate.ts';

const folder = fileURLToPath(new URL('../../docs/public/live/speech/', import.meta.url));
const read = (file: string) => new Uint8Array(readFileSync(`${folder}${file}`));
const description: Description = JSON.parse(readFileSync(`${folder}model.json`, 'utf8'));

describe('weights in 8 bits', () => {
  const number = fc.integer({ min: -8000, max: 8000 }).map((thousandths) => thousandths / 1000);

  it('come back within half a step of their row, and biases as they were', () => {
    const rows = fc.array(fc.array(number, { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(rows, fc.array(number, { maxLength: 4 }), (matrix, bias) => {
        const weights = [
          { name: 'w', shape: [matrix.length, 3], values: Float32Array.from(matrix.flat()) },
          { name: 'b', shape: [bias.length], values: Float32Array.from(bias) },
          { name: 'blocks', shape: [1, matrix.length, 3], values: Float32Array.from(matrix.flat()) },
        ];
        const { header, bytes } = packed(weights);
        expect(bytes.length).toBe(2 * matrix.length * (4 + 3) + 4 * bias.length);
        const [w, b, blocks] = unpacked(header, bytes);
        expect(b).toEqual(weights[1]);
        expect([...blocks.values]).toEqual([...w.values]);
        matrix.forEach((row, i) => {
          const step = Math.max(...row.map(Math.abs)) / 127;
          row.forEach((value, j) => {
            expect(Math.abs(w.values[3 * i + j] - value)).toBeLessThanOrEqual(step * 0.5001);
          });
        });
      }),
    );
  });
});

describe('the model of the page', () => {
  const ears = hearing(description, read('model.bin'));

  it('is small, and all there', () => {
    const count = description.weights.reduce(
      (total, { shape }) => total + shape.reduce((a, b) => a * b, 1),
      0,
    );
    expect(count).toBe(description.parameters);
    expect(description.floatBytes).toBe(4 * count);
    expect(read('model.bin').length).toBeLessThan(0.3 * description.floatBytes);
  });

  it('says what was said in its recordings, by heard and unheard voices', () => {
    const pairs = description.samples.map(({ file, transcript }) => {
      const audio = decodeWav(read(file), file);
      expect(audio.sampleRate).toBe(16000);
      return { reference: transcript, hypothesis: ears.hear(audio).words };
    });
    expect(new Set(description.samples.map(({ heard }) => heard)).size).toBe(2);
    expect(errorRate(pairs, 'word').rate, JSON.stringify(pairs)).toBeLessThan(0.25);
  });

  it('has the words of the sentences that it was tried on', () => {
    for (const { transcript } of description.samples) {
      for (const word of transcript.split(' ')) expect(ears.vocabulary).toContain(word);
    }
  });

  it('hears nothing in silence', () => {
    const { greedy } = ears.hear({ samples: new Float32Array(16000), sampleRate: 16000 });
    expect(greedy.length).toBeLessThan(10);
  });
});
