import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { show } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { RecurrentModel } from '../recurrentModel.ts';
import { openStream } from './openStream.ts';

/** How far outputs are from what they should be, relative to the root mean square of the latter. */
export interface OutputError {
  readonly largest: number;
  readonly mean: number;
}

/**
 * What 8-bit weights cost: the errors |y₈ − y| of a stream with them beside one without, over the rows of x [T, inputSize] as
 * one sequence, relative to the root mean square of y. Throws InputError when x is no such rows, and as `openStream` does.
 */
export function quantisationError(model: RecurrentModel, parameters: Tensors, x: Tensor): OutputError {
  const { inputSize, outputSize } = model.spec;
  if (x.shape.length !== 2 || x.shape[0] === 0 || x.shape[1] !== inputSize) {
    throw new InputError(
      `quantisationError: x has shape ${show(x.shape)}, expected [T, ${inputSize}] with at least one row.`,
    );
  }
  const [exact, quantised] = [
    openStream(model, parameters),
    openStream(model, parameters, { weights: 'int8' }),
  ];
  const rows = x.dataSync();
  const count = x.shape[0] * outputSize;
  let [squares, sum, largest] = [0, 0, 0];
  for (let t = 0; t < x.shape[0]; t++) {
    const row = rows.subarray(t * inputSize, (t + 1) * inputSize);
    const [y, y8] = [exact.step(row), quantised.step(row)];
    for (let i = 0; i < outputSize; i++) {
      const error = Math.abs(y8[i] - y[i]);
      squares += y[i] ** 2;
      sum += error;
      // Math.max passes NaN on.
      largest = Math.max(largest, error);
    }
  }
  if (largest === 0) return { largest: 0, mean: 0 };
  const size = Math.sqrt(squares / count);
  return { largest: largest / size, mean: sum / count / size };
}
