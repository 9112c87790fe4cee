import { scratch } from '../scratch.simd';
import { packTallTiles, packTiles, packTwoPanels } from './pack.simd';
import { multiplyRow, multiplyTallTile, multiplyTile, putEdges } from './tiles.simd';

// A is cut into blocks of at most blockRows × depth, packed as tiles of 4 or 6 rows that lie in order of k; B into panels
// of depth × 8, two at a time. A panel stays in the first-level cache while it meets every tile of the block, which stays
// in the second (Goto and van de Geijn, 2008).
// A deep panel is one run of memory, which the processor fetches ahead where few rows use it.
const depth: usize = 512;
const blockRows: usize = 252;
// What both heights of tiles divide.
const blockUnit: usize = 12;
const tileBytes: usize = 6 * 8 * 4;

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
  const stepM = evenly(m, blockRows, blockUnit);
  for (let k0: usize = 0; k0 < k; k0 += stepK) {
    const kc = min(stepK, k - k0);
    const keep = accumulate || k0 > 0;
    for (let i0: usize = 0; i0 < m; i0 += stepM) {
      const rows = min(stepM, m - i0);
      const tall = tallRows(rows);
      const tiled = tall + ((rows - tall) & ~3);
      const aBlock = a + i0 * aRow + k0 * aCol;
      if (isDefined(USE_FMA)) packTallTiles(kc, tall, aBlock, aRow, aCol, tiles);
      packTiles(kc, tiled - tall, aBlock + tall * aRow, aRow, aCol, tiles + ((tall * kc) << 2));
      for (let j: usize = 0; j < n; j += 8) {
        const width = min<usize>(8, n - j);
        let panel = panelScratch;
        if (packed) panel = b + ((j * k + (k0 << 3)) << 2);
        else if (j & 8) panel += kc << 5;
        else packTwoPanels(kc, min<usize>(16, n - j), b + k0 * bRow + j * bCol, bRow, bCol, panel);
        let cTile = c + i0 * cRow + (j << 2);
        let tile = tiles;
        let i: usize = 0;
        if (isDefined(USE_FMA)) {
          for (; i < tall; i += 6) {
            if (width == 8) {
              multiplyTallTile(kc, tile, panel, cTile, cRow, keep);
            } else {
              multiplyTallTile(kc, tile, panel, edge, 32, false);
              putEdges(6, edge, cTile, cRow, width, keep);
            }
            tile += kc * 24;
            cTile += 6 * cRow;
          }
        }
        for (; i < tiled; i += 4) {
          if (width == 8) {
            multiplyTile(kc, tile, panel, cTile, cRow, keep);
          } else {
            multiplyTile(kc, tile, panel, edge, 32, false);
            putEdges(4, edge, cTile, cRow, width, keep);
          }
          tile += kc << 4;
          cTile += cRow << 2;
        }
        for (; i < rows; i++) {
          if (width == 8) {
            multiplyRow(kc, aBlock + i * aRow, aCol, panel, cTile, keep);
          } else {
            multiplyRow(kc, aBlock + i * aRow, aCol, panel, edge, false);
            putEdges(1, edge, cTile, cRow, width, keep);
          }
          cTile += cRow;
        }
      }
    }
  }
}

/** How many of the rows go into tiles of 6, so that tiles of 4 leave no more than one row, or two or three of few. */
function tallRows(rows: usize): usize {
  if (!isDefined(USE_FMA)) return 0;
  const rest = rows % 6;
  if (rest < 2 || rest > 3) return rows - rest;
  return rows < 8 ? 0 : rows - rest - 6;
}

/** The size, a multiple of `unit`, of equal parts of at most `limit` that n is cut into. */
function evenly(n: usize, limit: usize, unit: usize): usize {
  const parts = (n + limit - 1) / limit;
  const size = (n + parts - 1) / max<usize>(parts, 1);
  return ((size + unit - 1) / unit) * unit;
}
