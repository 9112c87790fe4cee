import { InputError } from '../errors.ts';
import { matmul } from '../ops/matmul.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import { checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

/**
 * A Kronecker product A ⊗ B with A [rows, cols] and B [out / rows, in / cols]: every entry of A times all of B
 * (Zhou et al. 2015). Throws InputError for sizes below 1, or when A's sides do not divide the map's.
 */
export function kronecker(
  inSize: number,
  outSize: number,
  [rows, cols]: readonly [number, number],
): LinearMap {
  checkSizes('kronecker', { inSize, outSize, rows, cols });
  if (outSize % rows !== 0 || inSize % cols !== 0) {
    throw new InputError(
      `kronecker: A is ${rows} × ${cols}, expected sides that divide ${outSize} × ${inSize}.`,
    );
  }
  const [innerRows, innerCols] = [outSize / rows, inSize / cols];
  return {
    kind: `kronecker(${rows}, ${cols})`,
    structure: { kind: 'kronecker', rows, cols },
    inSize,
    outSize,
    parameters: {
      a: { shape: [rows, cols], deviation: Math.sqrt(1 / cols) },
      b: { shape: [innerRows, innerCols], deviation: Math.sqrt(1 / innerCols) },
    },
    macs: inSize * outSize,
    factors({ a, b }) {
      const products = matmul(reshape(a, [rows * cols, 1]), reshape(b, [1, innerRows * innerCols]));
      const ordered = transpose(reshape(products, [rows, cols, innerRows, innerCols]), [0, 2, 1, 3]);
      return [reshape(ordered, [outSize, inSize])];
    },
  };
}
