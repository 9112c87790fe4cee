/**
 * Arbitraries for fast-check: tensors, shapes, maps, models, labels and trainings.
 *
 * @module compact-rnn/testing/arbitraries
 */

import fc from 'fast-check';
import type { Tensors } from '../autograd/grad.ts';
import { InputError } from '../errors.ts';
import type { LinearMap } from '../maps/linearMap.ts';
import { random } from '../tensor/random.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import { type Tensor, type TensorOptions, tensor } from '../tensor/tensor.ts';
import { linearMapKinds, type MapSizes, mapParameters } from './mapArbitraries.ts';

/* fast-check arbitraries: what tests of functions of tensors, of linear maps, of models and of trainings draw their cases from. */

export { type CtcCase, type CtcSizes, ctcCases } from './ctcArbitraries.ts';
export { linearMapKinds, type MapSizes, mapParameters } from './mapArbitraries.ts';
export {
  type CellCase,
  cellCases,
  type ModelCase,
  modelCases,
  type SequenceSizes,
} from './modelArbitraries.ts';
export { cellKinds, type ModelSizes, modelSpecs } from './specArbitraries.ts';
export { type TrainingCase, trainingConfigs } from './trainingArbitraries.ts';

export interface ShapeSizes {
  /** Fewest axes; 0, a scalar, unless given. */
  readonly minRank?: number;
  /** Most axes; 3 unless given. */
  readonly maxRank?: number;
  /** Smallest axis; 1 unless given, 0 for empty tensors as well. */
  readonly minSize?: number;
  /** Largest axis; 5 unless given. */
  readonly maxSize?: number;
}

/** Shapes. They shrink to fewer and shorter axes. */
export const shapes = ({ minRank = 0, maxRank = 3, minSize = 1, maxSize = 5 }: ShapeSizes = {}) =>
  fc.array(fc.integer({ min: minSize, max: maxSize }), { minLength: minRank, maxLength: maxRank });

/** Two shapes that broadcast by NumPy's rule, and the shape that they give. */
export interface BroadcastablePair {
  readonly a: number[];
  readonly b: number[];
  readonly result: number[];
}

/** Pairs of broadcastable shapes: either may lack leading axes of the result, and have 1 in place of any of its axes. */
export const broadcastablePairs = (sizes: ShapeSizes = {}): fc.Arbitrary<BroadcastablePair> =>
  shapes(sizes).chain((result) => {
    const { length } = result;
    const axes = fc.array(fc.constantFrom<'both' | 'a' | 'b'>('both', 'a', 'b'), {
      minLength: length,
      maxLength: length,
    });
    const side = fc.constantFrom<'a' | 'b'>('a', 'b');
    return fc
      .record({ axes, side, missing: fc.nat(length) })
      .map(({ axes: owners, side: shorter, missing }) => {
        // What one side lacks the other has.
        const ownerOf = (axis: number) => (axis >= missing ? owners[axis] : shorter === 'a' ? 'b' : 'a');
        const own = (name: 'a' | 'b') => {
          const all = result.map((size, axis) =>
            ownerOf(axis) === 'both' || ownerOf(axis) === name ? size : 1,
          );
          return name === shorter ? all.slice(missing) : all;
        };
        return { a: own('a'), b: own('b'), result };
      });
  });

export interface TensorValues extends TensorOptions {
  /** Least and largest value; [−1, 1] unless given. Values are multiples of a power of two, spread evenly. */
  readonly range?: readonly [number, number];
  /** Instead of a range: least and largest magnitude, spread evenly over the powers of two, of either sign. */
  readonly magnitude?: readonly [number, number];
  /** Values that every fourth entry or so is drawn from, such as `edges`. */
  readonly special?: readonly number[];
}

/** Finite numbers at which arithmetic shows its edges: zeros, units, largish, denormal and smallest normal float32. */
export const edges: readonly number[] = [0, -0, 1, -1, 1e3, -1e3, 2 ** -149, -(2 ** -140), 2 ** -126];

/** Numbers that are not finite. */
export const nonFinite: readonly number[] = [Number.NaN, Infinity, -Infinity];

/**
 * Tensors of a shape, float64 unless told otherwise. Entries shrink to the number nearest to 0 that is allowed.
 * Throws InputError for a range or magnitudes that are not in order, or magnitudes that are not above 0.
 */
export function tensors(shape: Shape, values: TensorValues = {}): fc.Arbitrary<Tensor> {
  const { range = [-1, 1], magnitude, special, dtype = 'float64', backend } = values;
  const usual = magnitude === undefined ? within(range) : ofMagnitude(magnitude);
  const entry =
    special === undefined
      ? usual
      : fc.oneof({ arbitrary: usual, weight: 3 }, { arbitrary: fc.constantFrom(...special), weight: 1 });
  const size = sizeOf(shape);
  return fc
    .array(entry, { minLength: size, maxLength: size })
    .map((entries) => tensor(Float64Array.from(entries), shape, { dtype, backend }));
}

/** Linear maps of any kind: see `linearMapKinds`. */
export const linearMaps = (sizes: MapSizes = {}): fc.Arbitrary<LinearMap> =>
  fc.oneof(...Object.values(linearMapKinds(sizes)));

/** A linear map and what its laws take. */
export interface MapCase {
  readonly map: LinearMap;
  readonly parameters: Tensors;
  /** [..., in] */
  readonly x: Tensor;
  /** [..., in] */
  readonly other: Tensor;
  /** [..., out] */
  readonly y: Tensor;
}

/**
 * Maps out of `maps`, any kind unless given, with parameters as they are initialised and inputs of up to three leading axes,
 * uniform in ±1, all float64. They shrink by the map, the leading axes and the seed that everything is drawn from.
 */
export const mapCases = (maps: fc.Arbitrary<LinearMap> = linearMaps()): fc.Arbitrary<MapCase> =>
  fc.tuple(maps, shapes({ minRank: 1, maxSize: 4 }), fc.nat()).map(([map, leading, seed]) => {
    const filled = (name: string, width: number): Tensor => {
      const stream = random(seed, 'mapCases', name);
      const shape = [...leading, width];
      const entries = Float64Array.from({ length: sizeOf(shape) }, () => 2 * stream.next() - 1);
      return tensor(entries, shape, { dtype: 'float64' });
    };
    return {
      map,
      parameters: mapParameters(map, seed),
      x: filled('x', map.inSize),
      other: filled('other', map.inSize),
      y: filled('y', map.outSize),
    };
  });

function within([low, high]: readonly [number, number]): fc.Arbitrary<number> {
  if (!(low <= high) || !Number.isFinite(high - low)) {
    throw new InputError(`tensors: range is [${low}, ${high}], expected finite numbers in order.`);
  }
  if (low === high) return fc.constant(low);
  const step = 2 ** (Math.floor(Math.log2(high - low)) - 20);
  const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
  // Without bias: fast-check prefers small numbers, which crowd around kinks.
  return fc.noBias(fc.integer({ min: first, max: last })).map((count) => count * step);
}

function ofMagnitude([least, most]: readonly [number, number]): fc.Arbitrary<number> {
  if (!(0 < least && least <= most && most < Infinity)) {
    throw new InputError(
      `tensors: magnitude is [${least}, ${most}], expected finite numbers above 0 in order.`,
    );
  }
  const [low, high] = [Math.log2(least), Math.log2(most)];
  return fc
    .tuple(fc.noBias(fc.nat(2 ** 20)), fc.constantFrom(1, -1))
    .map(
      ([place, sign]) =>
        sign * Math.min(most, Math.max(least, 2 ** (low + ((high - low) * place) / 2 ** 20))),
    );
}
