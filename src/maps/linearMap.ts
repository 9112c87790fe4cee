import type { Tensors } from '../autograd/grad.ts';
import type { MapProduct } from '../ops/sequenceProduct.ts';
import { transpose } from '../ops/transpose.ts';
import type { Random } from '../tensor/random.ts';
import { type Shape, sizeOf } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { applyFactor, applyFactorTranspose, wholeFactor } from './factors.ts';
import type { MapStructure } from './structure.ts';

/**
 * A linear map from `inSize` to `outSize` values whose matrix has some structure. It is a description: the numbers are
 * given with each call, by the names in `parameters`, so that one map used in several places is one set of numbers.
 */
export interface LinearMap {
  /** The structure, for people: `dense`, `lowRank(16)`. */
  readonly kind: string;
  /** The structure, for programs. */
  readonly structure: MapStructure;
  readonly inSize: number;
  readonly outSize: number;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Maps that this one is made of. Their parameters are known here as `part.name`, and shared with every other user. */
  readonly parts?: Readonly<Record<string, LinearMap>>;
  /** Multiply-accumulates to apply the map to one vector, factor by factor. */
  readonly macs: number;
  /** The product by fast transforms, for kinds and sizes that have one. */
  readonly fast?: FastForm;
  /**
   * The matrix as a product of dense ones, the first applied first: M = F_k ⋯ F_1, F_i: [out_i, in_i], or block-diagonal
   * [blocks, out_i / blocks, in_i / blocks]. Fused sequence ops take a map in this form.
   */
  factors(parameters: Tensors): readonly Tensor[];
}

/** A product that needs no written-out matrix. */
export interface FastForm {
  /** Multiply-accumulates to apply the map to one vector, when there are many. */
  readonly macs: number;
  product(parameters: Tensors): MapProduct;
}

/** Shape of a parameter, and how it begins. */
export interface ParameterSpec {
  readonly shape: Shape;
  /**
   * Standard deviation of the initial values, drawn uniformly; chosen so that every kind of map gives outputs of the
   * inputs' mean square: Var((Wx)_i) = mean(x²). 0 for parameters that begin at `start`; a list holds one for each row.
   */
  readonly deviation: number | readonly number[];
  /** The mean of the initial values, 0 unless given; for a bias, one value for each entry is allowed. */
  readonly start?: number | readonly number[];
}

/** Applies a map: x [..., in] → [..., out]. Throws InputError when the last axis of `x` is not `inSize`. */
export const applyMap = (map: LinearMap, parameters: Tensors, x: Tensor): Tensor =>
  map.factors(parameters).reduce(applyFactor, x);

/** Applies the transpose of a map: y [..., out] → [..., in]. Throws InputError when the last axis of `y` is not `outSize`. */
export const applyTranspose = (map: LinearMap, parameters: Tensors, y: Tensor): Tensor =>
  map.factors(parameters).reduceRight(applyFactorTranspose, y);

/** The matrix of a map, [out, in]. */
export function toDense(map: LinearMap, parameters: Tensors): Tensor {
  const [first, ...rest] = map.factors(parameters);
  const whole = wholeFactor(first);
  return rest.length === 0 ? whole : transpose(rest.reduce(applyFactor, transpose(whole)));
}

/** The parameters of a map and of its parts, under the names by which the map knows them: `v`, `projection.weight`. */
export function allParameters(map: LinearMap): Readonly<Record<string, ParameterSpec>> {
  const all: Record<string, ParameterSpec> = { ...map.parameters };
  for (const [part, inner] of Object.entries(map.parts ?? {})) {
    for (const [name, spec] of Object.entries(allParameters(inner))) all[`${part}.${name}`] = spec;
  }
  return all;
}

/** How many numbers a map has of its own and in its parts. A part used by several maps is counted by `nn`, once. */
export const parameterCount = (map: LinearMap): number =>
  Object.values(allParameters(map)).reduce((total, { shape }) => total + sizeOf(shape), 0);

/** Initial values of a parameter. */
export function initialValues({ shape, deviation, start = 0 }: ParameterSpec, random: Random): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  const width = values.length / (shape[0] ?? 1);
  for (let first = 0; first < values.length; first += width) {
    const own = typeof deviation === 'number' ? deviation : deviation[first / width];
    // A uniform distribution on ±√3 σ has standard deviation σ.
    const reach = Math.sqrt(3) * own;
    for (let i = first; i < first + width; i++) {
      const mean = typeof start === 'number' ? start : start[i % start.length];
      values[i] = own === 0 ? mean : mean + reach * (2 * random.next() - 1);
    }
  }
  return values;
}
