import { InputError } from '../../errors.ts';
import { recurrentModel } from '../../nn/recurrentModel.ts';
import type { LayerSpec } from '../../nn/spec.ts';
import { type Summary, summarise } from '../../nn/summary.ts';
import type { Contender } from './experiment.ts';
import type { Task } from './task.ts';

/** A contender whose free size is decided. */
export interface SizedModel {
  readonly name: string;
  readonly layers: readonly LayerSpec[];
  readonly summary: Summary;
}

/** Values in a row that a model reads, and that it answers with. */
export type Ends = Pick<Task, 'inputSize' | 'outputSize'>;

/**
 * All contenders at a width of the dense baseline, the first of them.
 *
 * @throws InputError where a contender fits into no size, or is like one that does not stand before it
 */
export function sizeModels(
  contenders: readonly Contender[],
  width: number,
  ends: Ends,
): readonly SizedModel[] {
  const sized: SizedModel[] = [];
  for (const contender of contenders) {
    const { name, parameters } = contender;
    const at = (size: number) => sizedModel(name, contender.layers(width, size, ends.inputSize), ends);
    if (parameters === undefined) {
      sized.push(at(0));
      continue;
    }
    const other = 'like' in parameters ? parameters.like : contenders[0]!.name;
    const found = sized.find((model) => model.name === other);
    if (found === undefined) {
      throw new InputError(`model ${name} is sized by model "${other}", which is not among those before it`);
    }
    const count = found.summary.lstmParameters;
    sized.push('like' in parameters ? nearest(at, count) : largest(at, parameters.atMost * count));
  }
  return sized;
}

/** A model's layers and their size. */
export function sizedModel(
  name: string,
  layers: readonly LayerSpec[],
  { inputSize, outputSize }: Ends,
): SizedModel {
  return { name, layers, summary: summarise(recurrentModel({ inputSize, layers, outputSize })) };
}

/** Sizes beyond this are a sign that the number of parameters does not grow with the size. */
const largestSize = 2 ** 20;

/** The largest size with at most `limit` parameters in the recurrent layers, 0 where there is none. */
function sizeWithin(at: (size: number) => SizedModel, limit: number): number {
  const fits = (size: number) => at(size).summary.lstmParameters <= limit;
  let [low, high] = [0, 1];
  while (fits(high)) {
    if (high >= largestSize) throw new InputError(`model ${at(1).name} has the same size at every size`);
    [low, high] = [high, 2 * high];
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

function largest(at: (size: number) => SizedModel, limit: number): SizedModel {
  const size = sizeWithin(at, limit);
  if (size === 0) {
    const { name, summary } = at(1);
    throw new InputError(
      `model ${name} has at least ${summary.lstmParameters} LSTM parameters, more than the ${Math.floor(limit)} allowed`,
    );
  }
  return at(size);
}

/** The size from 1 on whose number of parameters is nearest to `target`; of two as near, the smaller. */
function nearest(at: (size: number) => SizedModel, target: number): SizedModel {
  const size = sizeWithin(at, target);
  const above = at(size + 1);
  if (size === 0) return above;
  const below = at(size);
  const distance = (model: SizedModel) => Math.abs(model.summary.lstmParameters - target);
  return distance(above) < distance(below) ? above : below;
}
