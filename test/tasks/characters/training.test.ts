import { describe, expect, test } from 'vitest';
import {
  type LayerSpec,
  logSoftmax,
  recurrentModel,
  reshape,
  scope,
  takeColumns,
  tensor,
} from '../../../src/index.ts';
import { oneHot, streamBatches } from '../../../src/tasks/characters/batches.ts';
import {
  type CharacterText,
  type Piece,
  parseCharactersConfig,
  scoreCharacters,
  trainCharacters,
} from '../../../src/tasks/characters/index.ts';
import { random } from '../../../src/tensor/random.ts';
import { temporaryFolder } from '../speech/corpora/temporaryFolder.ts';

const alphabet = '\nabcd';
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

/** Lines of the letters in a row, from any of them on: `cdabcdab…`. */
function lines(count: number, key: string): Piece[] {
  const { integer } = random(1, 'lines', key);
  return Array.from({ length: count }, (_, i) => {
    const [first, length] = [integer(4), 20 + integer(40)];
    const codes = Uint8Array.from({ length }, (_, at) => (at === length - 1 ? 0 : 1 + ((first + at) % 4)));
    return { id: `${key}${i}`, codes };
  });
}

const text: CharacterText = {
  alphabet,
  sets: { train: lines(40, 'train'), development: lines(6, 'development'), test: lines(9, 'test') },
};
const configOf = (training: object = {}, layers: readonly object[] = [{ hidden: 8 }]) =>
  parseCharactersConfig(
    {
      layers,
      training: {
        epochs: 2,
        batchSize: 4,
        timeSteps: 40,
        warmupSteps: 0,
        learningRate: 0.02,
        checkpointEverySteps: 3,
        ...training,
      },
    },
    'test',
  );

/** Two layers of different cells, with more than one state and a shared projection. */
const layers: readonly LayerSpec[] = [
  { hidden: 6, recurrent: { sharedLowRank: 3 } },
  { hidden: 5, cell: 'gru' },
];

describe('trainCharacters', () => {
  test('learns which letter comes next', async () => {
    const trained = await trainCharacters(configOf({ epochs: 30, timeSteps: 20 }), text);
    expect(trained.completed).toBe(true);
    const { bitsPerCharacter } = scoreCharacters(trained, text.sets.test, alphabet);
    // Only the first letter and the end of a line are chance: 2 bits, and one of 40 ends in 40 characters.
    expect(bitsPerCharacter).toBeLessThan(0.4);
  });

  test('carries states from batch to batch, without a gradient: losses are those of the whole streams', async () => {
    // Steps so small that the parameters stay what they are.
    const config = configOf({ epochs: 1, timeSteps: 7, learningRate: 1e-30 }, layers);
    const { model, parameters, losses } = await trainCharacters(config, text);
    const { batchSize } = config.training;
    const whole = streamBatches(text, batchSize, 1e6, config.seed).batch(1);
    const nats = scope(() => {
      const x = tensor(whole.values, [whole.time, batchSize, alphabet.length]);
      const logits = reshape(model.apply(parameters, x).y, [whole.answers.length, alphabet.length]);
      return takeColumns(logSoftmax(logits), whole.answers).dataSync();
    });
    losses.forEach((loss, i) => {
      const chunk = nats.subarray(7 * i * batchSize, 7 * (i + 1) * batchSize);
      expect(loss).toBeCloseTo(-sum(chunk) / chunk.length, 5);
    });
    expect(losses).toHaveLength(Math.ceil(whole.time / 7));
  });

  const stepsPerEpoch = streamBatches(text, 4, 40, 1).stepsPerEpoch;
  test.each([1, 3, stepsPerEpoch, stepsPerEpoch + 2])(
    'ends after an interruption at step %i as it would have without',
    async (at) => {
      const config = configOf({ dropout: 0.2 }, layers);
      const whole = await trainCharacters(config, text);
      const folder = temporaryFolder();
      const stop = new AbortController();
      const begun = await trainCharacters(config, text, {
        folder,
        signal: stop.signal,
        onProgress: ({ step }) => step === at && stop.abort(),
      });
      expect(begun.losses).toHaveLength(at);
      const ended = await trainCharacters(config, text, { folder, resume: true });
      expect(ended.losses).toEqual(whole.losses);
      for (const [name, parameter] of Object.entries(whole.parameters)) {
        expect(ended.parameters[name]!.dataSync()).toEqual(parameter.dataSync());
      }
    },
  );
});

describe('scoreCharacters', () => {
  const model = recurrentModel({ inputSize: alphabet.length, layers, outputSize: alphabet.length });

  test('gives a model that knows nothing log2 of the alphabet for every character', () => {
    const parameters = Object.fromEntries(
      Object.entries(model.parameters).map(([name, { shape }]) => [
        name,
        tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape),
      ]),
    );
    const score = scoreCharacters({ model, parameters }, text.sets.test, alphabet);
    expect(score.bitsPerCharacter).toBeCloseTo(Math.log2(5), 6);
    score.bits.forEach((bits, i) => {
      expect(bits / text.sets.test[i]!.codes.length).toBeCloseTo(Math.log2(5), 6);
    });
  });

  test('is the sum over each piece alone, read at once from an end of line on', () => {
    const parameters = model.initialise(4);
    // Some longer than what is read at a time, more than stand side by side, and in no order.
    const { integer } = random(2, 'pieces');
    const pieces = Array.from({ length: 40 }, (_, i) => ({
      id: `${i}`,
      codes: Uint8Array.from({ length: 1 + integer(i % 7 === 0 ? 400 : 90) }, () => integer(5)),
    }));
    const done: number[] = [];
    const score = scoreCharacters({ model, parameters }, pieces, alphabet, (count) => done.push(count));
    expect(done.at(-1)).toBe(40);
    expect([...score.characters]).toEqual(pieces.map(({ codes }) => codes.length));
    pieces.forEach(({ codes }, i) => {
      const read = Int32Array.of(0, ...codes.subarray(0, -1));
      const x = tensor(oneHot(read, 5), [codes.length, 1, 5]);
      const logits = reshape(model.apply(parameters, x).y, [codes.length, 5]);
      const nats = takeColumns(logSoftmax(logits), codes).dataSync();
      const bits = -sum(nats) / Math.LN2;
      expect(Math.abs(score.bits[i]! / bits - 1)).toBeLessThan(1e-5);
    });
    expect(score.bitsPerCharacter).toBe(sum(score.bits) / sum(score.characters));
  });
});

describe('parseCharactersConfig', () => {
  test('fills in defaults, and names what is wrong', () => {
    const { name, training } = parseCharactersConfig({ layers: [{ hidden: 8 }] }, 'test');
    expect([name, training.timeSteps]).toEqual(['characters', 64]);
    expect(() => configOf({ timeSteps: 0 })).toThrow(
      /test: training\.timeSteps is 0; expected a whole number/,
    );
  });

  test('refuses a layer that reads what it is to predict', () => {
    expect(() => configOf({}, [{ hidden: 8 }, { hidden: 8, bidirectional: true }])).toThrow(
      /layers\[1\]\.bidirectional is true; expected false: a layer that reads backwards/,
    );
  });
});
