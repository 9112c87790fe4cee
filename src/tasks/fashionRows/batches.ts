import { random } from '../../tensor/random.ts';
import { type Batches, placeOf, type SequenceBatch } from '../classify/batches.ts';
import { CLASSES, COLUMNS, type ImageSet, ROWS } from './data.ts';

/** The training images in batches: every image once in an epoch, in an order that the seed and the epoch decide. */
export function imageBatches(images: ImageSet, batchSize: number, seed: number): Batches {
  const stepsPerEpoch = Math.ceil(images.count / batchSize);
  let shuffled: { epoch: number; order: readonly number[] } = { epoch: 0, order: [] };
  return {
    inputSize: COLUMNS,
    classes: CLASSES,
    stepsPerEpoch,
    carriesState: false,
    batch(step) {
      const { epoch, index } = placeOf(step, stepsPerEpoch);
      if (shuffled.epoch !== epoch) {
        const order = Array.from({ length: images.count }, (_, i) => i);
        shuffled = { epoch, order: random(seed, 'batches', epoch).shuffle(order) };
      }
      return assemble(images, shuffled.order.slice(index * batchSize, (index + 1) * batchSize));
    },
  };
}

/**
 * Images side by side, row after row: `[ROWS, images, COLUMNS]`, pixels less the mean and over the deviation of those of the
 * 60,000 images.
 */
export function assemble({ pixels, labels }: ImageSet, indices: readonly number[]): SequenceBatch {
  const sequences = indices.length;
  const values = new Float32Array(ROWS * sequences * COLUMNS);
  indices.forEach((image, b) => {
    for (let row = 0; row < ROWS; row++) {
      const from = (image * ROWS + row) * COLUMNS;
      const to = (row * sequences + b) * COLUMNS;
      for (let column = 0; column < COLUMNS; column++)
        values[to + column] = (pixels[from + column]! / 255 - MEAN) / DEVIATION;
    }
  });
  return { values, time: ROWS, sequences, answers: Int32Array.from(indices, (image) => labels[image]!) };
}

/** Of the pixels from 0 to 1. */
const MEAN = 0.286;
const DEVIATION = 0.353;
