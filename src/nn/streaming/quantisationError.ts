import type { FloatArray } from '../../../kernels/types.ts';
import type { Tensors } from '../../autograd/grad.ts';
import { InputError } from '../../errors.ts';
import { show } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { RecurrentModel } from '../recurrentModel.ts';
import { openStream, type StreamOptions } from './openStream.ts';

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
  const rows = x.dataSync();
  const outputs = (options: StreamOptions): FloatArray[] => {
    const stream = openStream(model, parameters, options);
    try {
      return Array.from({ length: x.shape[0] }, (_, t) =>
        stream.step(rows.subarray(t * inputSize, (t + 1) * inputSize)).slice(),
      );
    } finally {
      stream.close();
    }
  };
  const [exact, quantised] = [outputs({}), outputs({ weights: 'int8' })];
  let [squares, sum, largest] = [0, 0, 0];
  exact.forEach((y, t) => {
    y.forEach((value, i) => {
      const error = Math.abs(quantised[t][i] - value);
      squares += value ** 2;
      sum += error;
      // Math.max passes NaN on.
      largest = Math.max(largest, error);
    });
  });
  if (largest === 0) return { largest: 0, mean: 0 };
  const count = x.shape[0] * outputSize;
  const size = Math.sqrt(squares / count);
  return { largest: largest / size, mean: sum / count / size };
}
