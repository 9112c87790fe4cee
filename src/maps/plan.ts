import { chunkRows, isSmooth } from '../../kernels/fft/layout.ts';
import type { Tensors } from '../autograd/grad.ts';
import { InputError } from '../errors.ts';
import { asProduct, type MapProduct } from '../ops/sequenceProduct.ts';
import { structuredProduct } from '../ops/structuredProduct.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { applyMap, type FastForm, type LinearMap } from './linearMap.ts';

/** How a map is multiplied: with its matrix written out (or its factors), or by fast transforms. Both are exact. */
export type Plan = 'dense' | 'transforms';

/**
 * The cheaper plan for `rows` vectors at a time. Kernels transform eight rows at once, so fewer than that pay for eight;
 * a multiply-accumulate takes about the same time either way. `wanted` overrides the choice.
 * Throws InputError when transforms are wanted of a map that has none.
 */
export function planOf(map: LinearMap, rows: number, wanted?: Plan): Plan {
  if (wanted === 'transforms' && map.fast === undefined) {
    throw new InputError(
      `plan is transforms for ${map.kind} from ${map.inSize} to ${map.outSize} values, which has no fast transform; expected dense.`,
    );
  }
  return wanted ?? (map.fast !== undefined && fastMacs(map.fast, rows) < map.macs ? 'transforms' : 'dense');
}

/** Multiply-accumulates for one vector under a plan, when there are `rows` at a time. */
export const macsOf = (map: LinearMap, rows: number, plan: Plan): number =>
  plan === 'transforms' ? fastMacs(map.fast!, rows) : map.macs;

/** The map as a product for fused ops that apply it to `rows` vectors at a time. Throws InputError as `planOf` does. */
export const productOf = (map: LinearMap, parameters: Tensors, rows: number, wanted?: Plan): MapProduct =>
  planOf(map, rows, wanted) === 'transforms'
    ? map.fast!.product(parameters)
    : asProduct(map.factors(parameters));

/**
 * Applies a map as planned: x [..., in] → [..., out]. Transforms have a first-order gradient; `applyMap` can be
 * differentiated again. Throws InputError when the last axis of `x` is not `inSize`, and as `planOf` does.
 */
export function applyPlanned(map: LinearMap, parameters: Tensors, x: Tensor, wanted?: Plan): Tensor {
  const rows = x.size / map.inSize;
  if (planOf(map, rows, wanted) === 'dense') return applyMap(map, parameters, x);
  return structuredProduct(x, map.fast!.product(parameters), map.outSize);
}

/**
 * The transforms of a map: `transforms` of n points for one vector, and `products` of spectra.
 * Undefined where n has a prime factor above 5, for which there is no fast transform.
 */
export function fastForm(
  n: number,
  transforms: number,
  products: number,
  product: (parameters: Tensors) => MapProduct,
): FastForm | undefined {
  if (!isSmooth(n)) return undefined;
  // A transform of n complex points takes about 5 n log₂ n operations, and serves two real vectors.
  const macs = Math.round(transforms * 1.25 * n * Math.log2(Math.max(n, 2)) + products * 2 * n);
  return { macs, product };
}

const fastMacs = (fast: FastForm, rows: number): number =>
  Math.round((fast.macs * chunkRows * Math.ceil(rows / chunkRows)) / rows);
