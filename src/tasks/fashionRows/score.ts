import { lastStep } from '../../nn/recurrentLayer.ts';
import { scope } from '../../tensor/scope.ts';
import { tensor } from '../../tensor/tensor.ts';
import type { TrainedClassifier } from '../classify/train.ts';
import { assemble } from './batches.ts';
import { CLASSES, COLUMNS, type ImageSet } from './data.ts';

export interface FashionRowsScore {
  /** Of every image: 1 where its class was told, else 0. */
  readonly correct: Float64Array;
  /** The share of those. */
  readonly accuracy: number;
}

/** Has a trained network tell the class of every image. `onProgress` is told after every few hundred. */
export function scoreFashionRows(
  { model, parameters }: Pick<TrainedClassifier, 'model' | 'parameters'>,
  images: ImageSet,
  onProgress: (done: number, total: number) => void = () => {},
): FashionRowsScore {
  const { backend } = Object.values(parameters)[0]!;
  const correct = new Float64Array(images.count);
  for (let from = 0; from < images.count; from += AT_ONCE) {
    const size = Math.min(AT_ONCE, images.count - from);
    const { values, time, answers } = assemble(
      images,
      Array.from({ length: size }, (_, i) => from + i),
    );
    const logits = scope(() => {
      const x = tensor(values, [time, size, COLUMNS], { backend });
      return lastStep(model.apply(parameters, x).y).dataSync();
    });
    for (let i = 0; i < size; i++) {
      correct[from + i] = largest(logits.subarray(i * CLASSES, (i + 1) * CLASSES)) === answers[i] ? 1 : 0;
    }
    onProgress(from + size, images.count);
  }
  return { correct, accuracy: correct.reduce((sum, one) => sum + one, 0) / images.count };
}

/** Images side by side. */
const AT_ONCE = 250;

function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
