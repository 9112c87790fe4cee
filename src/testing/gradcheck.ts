import { type Tensors, valueAndGrad } from '../autograd/grad.ts';
import { InputError } from '../errors.ts';
import { multiply } from '../ops/multiply.ts';
import { sum } from '../ops/reduce.ts';
import { type Random, random } from '../tensor/random.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';

export interface GradcheckOptions {
  /** How many random directions to compare in; 4 unless given. */
  readonly directions?: number;
  /** The largest relative error that passes; 1e-6 unless given. */
  readonly tolerance?: number;
  /** Decides the directions; 0 unless given. */
  readonly seed?: number;
}

/** One comparison of an analytic and a numeric derivative. */
export interface GradcheckResult {
  readonly direction: number;
  readonly analytic: number;
  readonly numeric: number;
  readonly relativeError: number;
}

/** An analytic gradient and differences of the function disagree. */
export class GradcheckError extends Error {
  override readonly name = 'GradcheckError';
}

/**
 * Compares the gradient of `f` with central differences along random directions, in float64. `f` takes the record
 * `inputs` of float64 tensors and returns one of any shape, which is contracted with random weights.
 * Returns the comparisons; throws GradcheckError for a relative error above the tolerance, InputError for float32 inputs or
 * nothing to compare.
 */
export function gradcheck(
  f: (inputs: Tensors) => Tensor,
  inputs: Tensors,
  options: GradcheckOptions = {},
): GradcheckResult[] {
  const { directions = 4, tolerance = 1e-6, seed = 0 } = options;
  if (!Number.isInteger(directions) || directions < 1 || Object.keys(inputs).length === 0) {
    throw new InputError(
      `gradcheck: directions is ${directions} and there are ${Object.keys(inputs).length} inputs, expected at least one of each.`,
    );
  }
  for (const [name, input] of Object.entries(inputs)) {
    if (input.dtype !== 'float64')
      throw new InputError(`gradcheck: input ${name} is ${input.dtype}, expected float64.`);
  }
  const output = f(inputs);
  const weights = fill(output, random(seed, 'weights'));
  // Differences of numbers of this size can be no more exact than its last digits.
  const magnitude = products(output, weights).reduce((total, term) => total + Math.abs(term), 0);
  const scalar = (values: Tensors): Tensor => sum(multiply(f(values), weights));
  const { grads } = valueAndGrad(scalar)(inputs);
  const results: GradcheckResult[] = [];
  for (let direction = 0; direction < directions; direction++) {
    const stream = random(seed, 'direction', direction);
    const step = Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, fill(input, stream)]),
    );
    const terms = Object.keys(inputs).flatMap((name) => products(grads[name], step[name]));
    const analytic = terms.reduce((total, term) => total + term, 0);
    const numeric = derivativeAlong(scalar, inputs, step);
    // Terms may cancel by chance: the error is measured against what a random direction is expected to give.
    const expected = Math.hypot(...terms);
    const scale = Math.max(Math.abs(analytic), Math.abs(numeric), expected, 1e-6 * magnitude);
    const relativeError = analytic === numeric ? 0 : Math.abs(analytic - numeric) / scale;
    if (!(relativeError <= tolerance)) {
      throw new GradcheckError(
        `The gradient is ${analytic} along direction ${direction} (seed ${seed}) and differences give ${numeric}: ` +
          `a relative error of ${relativeError.toExponential(2)}, above ${tolerance}.`,
      );
    }
    results.push({ direction, analytic, numeric, relativeError });
  }
  return results;
}

/**
 * Ridders' method (1982): central differences of shrinking steps, extrapolated to step 0, until two extrapolations agree;
 * the step adapts to how strongly the function bends.
 */
function derivativeAlong(f: (inputs: Tensors) => Tensor, inputs: Tensors, direction: Tensors): number {
  const central = (h: number): number =>
    (f(moved(inputs, direction, h)).item() - f(moved(inputs, direction, -h)).item()) / (2 * h);
  let best = 0;
  let error = Infinity;
  let above: number[] = [];
  for (let h = 4e-3; h > 1e-7 && !(error <= 1e-10 * Math.abs(best)); h /= 2) {
    const row = [central(h)];
    // Each column removes one more even power of h from the error; more than a few only amplify rounding.
    for (let order = 1; order <= Math.min(above.length, 5); order++) {
      row.push(row[order - 1] + (row[order - 1] - above[order - 1]) / (4 ** order - 1));
      const estimate = Math.max(
        Math.abs(row[order] - row[order - 1]),
        Math.abs(row[order] - above[order - 1]),
      );
      if (estimate < error) {
        error = estimate;
        best = row[order];
      }
    }
    above = row;
  }
  return best;
}

function moved(inputs: Tensors, direction: Tensors, h: number): Tensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => {
      const step = direction[name].dataSync();
      const values = input.dataSync().map((value, i) => value + h * step[i]);
      return [name, tensor(values, input.shape, { dtype: 'float64', backend: input.backend })];
    }),
  );
}

/** Random values of a tensor's shape, on the same backend. */
function fill(like: Tensor, stream: Random): Tensor {
  const values = Float64Array.from({ length: like.size }, () => 2 * stream.next() - 1);
  return tensor(values, like.shape, { dtype: 'float64', backend: like.backend });
}

function products(a: Tensor, b: Tensor): number[] {
  const right = b.dataSync();
  return Array.from(a.dataSync(), (value, i) => value * right[i]);
}
