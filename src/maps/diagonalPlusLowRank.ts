import { add } from '../ops/add.ts';
import { matmul } from '../ops/matmul.ts';
import { pad } from '../ops/slice.ts';
import { putColumns } from '../ops/takeColumns.ts';
import { rowsOfBlock, stackBlocks } from './blocks.ts';
import { checkSizes } from './checks.ts';
import type { LinearMap } from './linearMap.ts';

/**
 * A diagonal and a matrix of rank at most r, diag(d) + U V, with one diagonal for each of `blocks` (passthrough networks:
 * Barone 2018): r (out + in) + blocks · min(in, out / blocks) parameters. Throws InputError for sizes below 1 or blocks
 * that do not divide.
 */
export function diagonalPlusLowRank(inSize: number, outSize: number, rank: number, blocks = 1): LinearMap {
  checkSizes('diagonalPlusLowRank', { rank });
  const rows = rowsOfBlock('diagonalPlusLowRank', inSize, outSize, blocks);
  const diagonal = Math.min(inSize, rows);
  const places = Int32Array.from({ length: diagonal }, (_, i) => i);
  // A row with an entry of d has half of its output's variance from it; a row without has all of it from U V.
  const half = Math.SQRT1_2;
  const ofU = Array.from({ length: outSize }, (_, i) => (i % rows < diagonal ? half : 1) / Math.sqrt(rank));
  return {
    kind: `diagonalPlusLowRank(${rank})`,
    structure: { kind: 'diagonalPlusLowRank', rank, blocks },
    inSize,
    outSize,
    parameters: {
      d: { shape: [blocks, diagonal], deviation: half },
      v: { shape: [rank, inSize], deviation: Math.sqrt(1 / inSize) },
      u: { shape: [outSize, rank], deviation: ofU },
    },
    macs: inSize * outSize,
    factors: ({ d, u, v }) => [
      add(
        matmul(u, v),
        stackBlocks(d, (entries) => pad(putColumns(entries, places, inSize), [0, 0], [rows, inSize])),
      ),
    ],
  };
}
