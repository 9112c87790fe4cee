import { scratch } from '../scratch.simd';
import { packTiles, packTwoPanels } from './pack.simd';
import { multiplyRow, multiplyTile, putEdge } from './tiles.simd';

// A is cut into blocks of at most blockRows × depth, packed as tiles of 4 rows that lie in order of k; B into panels of
// depth × 8, two at a time. A panel stays in the first-level cache while it meets every tile of the block, which stays
// in the second (Goto and van de Geijn, 2008).
const depth: usize = 256;
const blockRows: usize = 512;
const tileBytes: usize = 4 * 8 * 4;

/** C = or += A·B; B is a matrix, or the panels that `packPanels` made of it. Strides in bytes. */
export function blocked(
  m: usize,
  n: usize,
  k: usize,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bCol: usize,
  packed: bool,
  c: usize,
  cRow: usize,
  accumulate: bool,
): void {
  const edge = scratch;
  const panelScratch = edge + tileBytes;
  const tiles = panelScratch + (depth << 6);
  const stepK = evenly(k, depth, 1);
  const stepM = evenly(m, blockRows, 4);
  for (let k0: usize = 0; k0 < k; k0 += stepK) {
    const kc = min(stepK, k - k0);
    const keep = accumulate || k0 > 0;
    for (let i0: usize = 0; i0 < m; i0 += stepM) {
      const rows = min(stepM, m - i0);
      const tiled = rows & ~3;
      const aBlock = a + i0 * aRow + k0 * aCol;
      packTiles(kc, tiled, aBlock, aRow, aCol, tiles);
      for (let j: usize = 0; j < n; j += 8) {
        const width = min<usize>(8, n - j);
        let panel = panelScratch;
        if (packed) panel = b + ((j * k + (k0 << 3)) << 2);
        else if (j & 8) panel += kc << 5;
        else packTwoPanels(kc, min<usize>(16, n - j), b + k0 * bRow + j * bCol, bRow, bCol, panel);
        let cTile = c + i0 * cRow + (j << 2);
        let tile = tiles;
        let i: usize = 0;
        for (; i < tiled; i += 4) {
          if (width == 8) {
            multiplyTile(kc, tile, panel, cTile, cRow, keep);
          } else {
            multiplyTile(kc, tile, panel, edge, 32, false);
            for (let r: usize = 0; r < 4; r++) putEdge(edge + (r << 5), cTile + r * cRow, width, keep);
          }
          tile += kc << 4;
          cTile += cRow << 2;
        }
        for (; i < rows; i++) {
          if (width == 8) {
            multiplyRow(kc, aBlock + i * aRow, aCol, panel, cTile, keep);
          } else {
            multiplyRow(kc, aBlock + i * aRow, aCol, panel, edge, false);
            putEdge(edge, cTile, width, keep);
          }
          cTile += cRow;
        }
      }
    }
  }
}

/** The size, a multiple of `unit`, of equal parts of at most `limit` that n is cut into. */
function evenly(n: usize, limit: usize, unit: usize): usize {
  const parts = (n + limit - 1) / limit;
  const size = (n + parts - 1) / max<usize>(parts, 1);
  return ((size + unit - 1) / unit) * unit;
}
