import { describe, expect, test } from 'vitest';
import { recurrentModel, tensor } from '../../../src/index.ts';
import { assemble, imageBatches } from '../../../src/tasks/fashionRows/batches.ts';
import {
  type ImageSet,
  parseFashionRowsConfig,
  scoreFashionRows,
  trainFashionRows,
} from '../../../src/tasks/fashionRows/index.ts';
import { random } from '../../../src/tensor/random.ts';
import { temporaryFolder } from '../speech/corpora/temporaryFolder.ts';

const SIZE = 28 * 28;
const standardised = (pixel: number): number => (pixel / 255 - 0.286) / 0.353;

/** Noise with a bright stripe in a few rows long before the last one; the columns that it is in tell the class. */
function stripes(count: number, key: string): ImageSet {
  const { integer } = random(1, 'stripes', key);
  const labels = Uint8Array.from({ length: count }, () => integer(4));
  const pixels = Uint8Array.from({ length: count * SIZE }, () => integer(60));
  labels.forEach((label, image) => {
    for (const row of [12, 13, 14]) {
      const start = (image * 28 + row) * 28 + 7 * label;
      pixels.fill(255, start, start + 7);
    }
  });
  return { count, pixels, labels };
}

const data = {
  sets: { train: stripes(240, 'train'), development: stripes(20, 'development'), test: stripes(300, 'test') },
};
const configOf = (training: object = {}, more: object = {}) =>
  parseFashionRowsConfig(
    {
      layers: [{ hidden: 12 }],
      training: {
        epochs: 2,
        batchSize: 32,
        warmupSteps: 0,
        learningRate: 0.02,
        checkpointEverySteps: 4,
        ...training,
      },
      ...more,
    },
    'test',
  );

describe('trainFashionRows', () => {
  test('learns what it must remember for many rows, and tells images that it has not seen', async () => {
    const trained = await trainFashionRows(configOf({ epochs: 12 }), data);
    expect(trained.completed).toBe(true);
    expect(trained.losses).toHaveLength(12 * 8);
    expect(trained.framesPerSecond * trained.seconds).toBeCloseTo(12 * 240 * 28, 3);
    const { correct, accuracy } = scoreFashionRows(trained, data.sets.test);
    expect(correct).toHaveLength(300);
    expect(correct.reduce((a, b) => a + b) / 300).toBe(accuracy);
    expect(accuracy).toBeGreaterThan(0.95);
  });

  test.each([1, 4, 6, 8, 11])(
    'ends after an interruption at step %i as it would have without',
    async (at) => {
      const config = configOf({}, { layers: [{ hidden: 6, recurrent: { lowRank: 2 } }] });
      const whole = await trainFashionRows(config, data);
      const folder = temporaryFolder();
      const stop = new AbortController();
      const begun = await trainFashionRows(config, data, {
        folder,
        signal: stop.signal,
        onProgress: ({ step }) => step === at && stop.abort(),
      });
      expect(begun.completed).toBe(false);
      expect(begun.losses).toHaveLength(at);
      const ended = await trainFashionRows(config, data, { folder, resume: true });
      expect(ended.losses).toEqual(whole.losses);
      for (const [name, parameter] of Object.entries(whole.parameters)) {
        expect(ended.parameters[name]!.dataSync()).toEqual(parameter.dataSync());
      }
      const loaded = await trainFashionRows(config, data, { folder, resume: true });
      expect(loaded.losses).toEqual(whole.losses);
      expect(loaded.seconds).toBe(ended.seconds);
    },
  );

  test('depends on the seed', async () => {
    const [first, again, other] = [1, 1, 2].map((seed) =>
      trainFashionRows(configOf({ epochs: 1 }, { seed }), data),
    );
    expect((await first!).losses).toEqual((await again!).losses);
    expect((await first!).losses).not.toEqual((await other!).losses);
  });
});

describe('scoreFashionRows', () => {
  test('tells the class of the largest logit after the last row, image by image', () => {
    const images = { ...stripes(260, 'score'), labels: Uint8Array.from({ length: 260 }, (_, i) => i % 10) };
    const model = recurrentModel({ inputSize: 28, layers: [{ hidden: 5 }], outputSize: 10 });
    const parameters = model.initialise(3);
    const done: number[] = [];
    const { correct } = scoreFashionRows({ model, parameters }, images, (count) => done.push(count));
    const told = Array.from(images.labels, (label, image) => {
      const pixels = Float32Array.from(
        images.pixels.subarray(image * SIZE, (image + 1) * SIZE),
        standardised,
      );
      const logits = [
        ...model
          .apply(parameters, tensor(pixels, [28, 1, 28]))
          .y.dataSync()
          .subarray(270),
      ];
      return logits.indexOf(Math.max(...logits)) === label ? 1 : 0;
    });
    expect([...correct]).toEqual(told);
    expect(new Set(told).size).toBe(2);
    expect(done.at(-1)).toBe(260);
  });
});

describe('imageBatches', () => {
  test('shows every image once in an epoch, in another order in the next', () => {
    const images = stripes(50, 'batches');
    for (const image of images.labels.keys()) images.pixels[image * SIZE] = image;
    const batches = imageBatches(images, 16, 5);
    expect(batches.stepsPerEpoch).toBe(4);
    const orderOf = (epoch: number) =>
      [1, 2, 3, 4].flatMap((index) => {
        const { values, sequences } = batches.batch(4 * (epoch - 1) + index);
        return Array.from({ length: sequences }, (_, b) =>
          Math.abs(Math.round(255 * (values[b * 28]! * 0.353 + 0.286))),
        );
      });
    const [first, second] = [orderOf(1), orderOf(2)];
    for (const order of [first, second])
      expect(order.toSorted((a, b) => a - b)).toEqual([...Array(50).keys()]);
    expect(first).not.toEqual(second);
    expect(orderOf(1)).toEqual(first);
  });

  test('puts row after row, images side by side', () => {
    const images = stripes(3, 'assemble');
    const { values, time, sequences, answers } = assemble(images, [2, 0]);
    expect([time, sequences, ...answers]).toEqual([28, 2, images.labels[2], images.labels[0]]);
    for (const [row, b, column] of [
      [0, 0, 0],
      [5, 1, 27],
      [27, 0, 3],
    ] as const) {
      const pixel = images.pixels[([2, 0][b]! * 28 + row) * 28 + column]!;
      expect(values[(row * 2 + b) * 28 + column]).toBeCloseTo(standardised(pixel), 5);
    }
  });
});

describe('parseFashionRowsConfig', () => {
  test('fills in defaults, and names what is wrong', () => {
    const { name, seed, backend, training } = configOf();
    expect([name, seed, backend, training.optimizer]).toEqual(['fashion-rows', 1, 'wasm', 'adam']);
    expect(() => parseFashionRowsConfig({ layers: [] }, 'my.yaml')).toThrow(
      'my.yaml: layers is []; expected at least one layer',
    );
    expect(() => configOf({ rate: 1 })).toThrow(/test: training\.rate is not a known key/);
    expect(() => parseFashionRowsConfig({ layers: [{ hidden: 0 }] }, 'x')).toThrow(
      /layers\[0\]\.hidden is 0; expected a whole/,
    );
  });
});
