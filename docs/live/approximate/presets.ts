import { random } from 'compact-rnn';

/** Rows and columns of the painted matrix. */
export const SIDE = 16;

/** A matrix to begin from: its entries, and what it shows. */
export interface Preset {
  readonly name: string;
  readonly says: string;
  matrix(): Float64Array;
}

const from = (entry: (i: number, j: number) => number): Float64Array =>
  Float64Array.from({ length: SIDE * SIDE }, (_, k) => entry(Math.floor(k / SIDE), k % SIDE));

const bump = (x: number, at: number, width: number) => Math.exp(-(((x - at) / width) ** 2));

export const PRESETS: readonly Preset[] = [
  {
    name: 'letter',
    says: 'A drawing has no structure that a kind was made for: every kind keeps what it can.',
    matrix: () => from((i, j) => (LETTER[i][j] === '#' ? 1 : -0.1)),
  },
  {
    name: 'two blobs',
    says: 'A sum of two products of a column and a row: rank 2 holds it exactly.',
    matrix: () => from((i, j) => bump(i, 4, 3) * bump(j, 4, 3) - bump(i, 11, 3) * bump(j, 10, 4)),
  },
  {
    name: 'decaying Toeplitz',
    says: 'Constant along diagonals: a Toeplitz matrix, which displacement rank 2 holds, and low rank does not.',
    matrix: () => from((i, j) => (i >= j ? 1 : -1) * Math.exp(-Math.abs(i - j) / 3)),
  },
  {
    name: 'inverse of a Toeplitz',
    says: 'No Toeplitz matrix, but of displacement rank 2, as the inverse of every Toeplitz matrix is.',
    matrix: () => scaled(inverse(from((i, j) => [2, -1, 0.3][Math.abs(i - j)] ?? 0))),
  },
  {
    name: 'cyclic shift',
    says: 'A permutation, of full rank: no low rank comes near, and a circulant matrix is just that.',
    matrix: () => from((i, j) => ((i - j + SIDE) % SIDE === 5 ? 1 : 0)),
  },
  {
    name: 'noise',
    says: 'Independent numbers: there is no structure to find, and no kind comes near.',
    matrix: () => {
      const { normal } = random('approximate');
      return from(() => Math.max(-1, Math.min(1, 0.45 * normal())));
    },
  },
  { name: 'empty', says: 'Zeros, to paint on.', matrix: () => from(() => 0) },
];

const LETTER = [
  '................',
  '..#########.....',
  '..###########...',
  '..###.....####..',
  '..###......###..',
  '..###......###..',
  '..###.....####..',
  '..###########...',
  '..#########.....',
  '..###..###......',
  '..###...###.....',
  '..###....###....',
  '..###.....###...',
  '..###......###..',
  '..###.......###.',
  '................',
];

/** The same matrix with a largest entry of size 1. */
function scaled(matrix: Float64Array): Float64Array {
  const most = matrix.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
  return matrix.map((value) => value / most);
}

/** By elimination with row exchanges (Gauss and Jordan). */
function inverse(matrix: Float64Array): Float64Array {
  const rows = Array.from({ length: SIDE }, (_, i) => [
    ...matrix.subarray(i * SIDE, (i + 1) * SIDE),
    ...Array.from({ length: SIDE }, (_, j) => (i === j ? 1 : 0)),
  ]);
  for (let k = 0; k < SIDE; k++) {
    let pivot = k;
    for (let i = k + 1; i < SIDE; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    rows[k] = rows[k].map((value, _, { [k]: head }) => value / head);
    for (let i = 0; i < SIDE; i++) {
      if (i === k) continue;
      const factor = rows[i][k];
      rows[i] = rows[i].map((value, j) => value - factor * rows[k][j]);
    }
  }
  return Float64Array.from(rows.flatMap((row) => row.slice(SIDE)));
}
