import type { FloatArray } from '../../kernels/types.ts';
import { pivotsOf } from '../../src/testing/laws/pivots.ts';

/** The numerical rank of a matrix [m, n]: the pivots of Gaussian elimination that are not rounding. */
export const rankOf = (values: FloatArray, m: number, n: number): number =>
  pivotsOf(values, m, n).filter((pivot, _, [largest]) => pivot > 1e-10 * largest).length;
