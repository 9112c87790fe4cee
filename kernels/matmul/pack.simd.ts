import { transpose4 } from '../vector.simd';

/* Operands in the order in which the inner loops read them; strides in bytes. */

/** Packs `rows` (a multiple of 4) × k of A as tiles `[rows / 4, k, 4]`. */
export function packTiles(k: usize, rows: usize, a: usize, aRow: usize, aCol: usize, to: usize): void {
  const tile = k << 4;
  let i: usize = 0;
  if (aRow == 4) {
    // Four tiles at once read whole cache lines.
    for (; i + 16 <= rows; i += 16) {
      packFourTiles(k, a + (i << 2), aCol, to);
      to += tile << 2;
    }
  }
  for (; i < rows; i += 4) {
    let from = a + i * aRow;
    let at = to;
    let left = k;
    if (aRow == 4) {
      for (; left > 0; left--) {
        v128.store(at, v128.load(from));
        from += aCol;
        at += 16;
      }
    } else if (aCol == 4) {
      for (; left >= 4; left -= 4) {
        transpose4(from, aRow, at, 16);
        from += 16;
        at += 64;
      }
    }
    for (; left > 0; left--) {
      for (let r: usize = 0; r < 4; r++) f32.store(at + (r << 2), f32.load(from + r * aRow));
      from += aCol;
      at += 16;
    }
    to += tile;
  }
}

/** Packs `rows` (a multiple of 6) × k of A as tiles `[rows / 6, k, 6]`. */
export function packTallTiles(k: usize, rows: usize, a: usize, aRow: usize, aCol: usize, to: usize): void {
  for (; rows > 0; rows -= 6) {
    let from = a;
    let left = k;
    if (aRow == 4) {
      for (; left > 0; left--) {
        v128.store(to, v128.load(from));
        v128.store64_lane(to, v128.load64_zero(from, 16), 0, 16);
        from += aCol;
        to += 24;
      }
    } else if (aCol == 4) {
      for (; left >= 4; left -= 4) {
        transpose4(from, aRow, to, 24);
        const r4 = v128.load(from + (aRow << 2));
        const r5 = v128.load(from + 5 * aRow);
        const low = v128.shuffle<f32>(r4, r5, 0, 4, 1, 5);
        const high = v128.shuffle<f32>(r4, r5, 2, 6, 3, 7);
        v128.store64_lane(to, low, 0, 16);
        v128.store64_lane(to, low, 1, 40);
        v128.store64_lane(to, high, 0, 64);
        v128.store64_lane(to, high, 1, 88);
        from += 16;
        to += 96;
      }
    }
    for (; left > 0; left--) {
      for (let r: usize = 0; r < 6; r++) f32.store(to + (r << 2), f32.load(from + r * aRow));
      from += aCol;
      to += 24;
    }
    a += 6 * aRow;
  }
}

/** Packs 16 rows of A that lie side by side. */
function packFourTiles(k: usize, from: usize, aCol: usize, to: usize): void {
  const second = k << 4;
  const third = second << 1;
  const fourth = third + second;
  for (; k > 0; k--) {
    v128.store(to, v128.load(from));
    v128.store(to + second, v128.load(from, 16));
    v128.store(to + third, v128.load(from, 32));
    v128.store(to + fourth, v128.load(from, 48));
    from += aCol;
    to += 16;
  }
}

/**
 * Packs k × width (≤ 16) of B as one or two panels. Two at once read whole cache lines, which matters where rows lie
 * a power of two apart and evict each other before a second visit.
 */
export function packTwoPanels(k: usize, width: usize, from: usize, bRow: usize, bCol: usize, to: usize): void {
  const second = k << 5;
  if (width == 16 && bCol == 4) {
    for (; k > 0; k--) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      v128.store(to + second, v128.load(from, 32));
      v128.store(to + second, v128.load(from, 48), 16);
      from += bRow;
      to += 32;
    }
    return;
  }
  packPanel(k, min<usize>(8, width), from, bRow, bCol, to);
  if (width > 8) packPanel(k, width - 8, from + (bCol << 3), bRow, bCol, to + second);
}

/** Packs k × width (≤ 8) of B as one panel `[k, 8]`, zeros at the end of each row. */
function packPanel(k: usize, width: usize, from: usize, bRow: usize, bCol: usize, to: usize): void {
  if (width == 8 && bCol == 4) {
    for (; k > 0; k--) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += bRow;
      to += 32;
    }
  } else if (width == 8 && bRow == 4) {
    for (; k >= 4; k -= 4) {
      transpose4(from, bCol, to, 32);
      transpose4(from + 4 * bCol, bCol, to + 16, 32);
      from += 16;
      to += 128;
    }
  }
  for (; k > 0; k--) {
    for (let j: usize = 0; j < 8; j++) f32.store(to + (j << 2), j < width ? f32.load(from + j * bCol) : 0);
    from += bRow;
    to += 32;
  }
}
