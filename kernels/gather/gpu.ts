import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';

export function gatherRows(
  gpu: Gpu,
  table: GpuBuffer,
  indices: GpuIntegers,
  y: GpuBuffer,
  count: number,
  width: number,
): void {
  gpu.launch({
    name: 'gatherRows',
    reads: { table: [table, rowsReached(indices) * width], indices: [indices, count] },
    constants: { width },
    threads: { j: width, row: count },
    source: 'const from = Math.floor(indices[row]);\nreturn table[from * $width + j];',
    writes: [[y, count * width]],
  });
}

/** Threads cannot add to one place: each row of the table gathers what is added to it, in order. */
export function scatterAddRows(
  gpu: Gpu,
  dy: GpuBuffer,
  indices: GpuIntegers,
  dTable: GpuBuffer,
  count: number,
  width: number,
): void {
  const rows = rowsReached(indices);
  const { starts, order, most } = byRow(indices.values, rows);
  gpu.launch({
    name: 'scatterAddRows',
    reads: {
      dy: [dy, count * width],
      dTable: [dTable, rows * width],
      starts: [gpu.integers(starts), rows + 1],
      order: [gpu.integers(order), count],
    },
    // Few different bounds, so that few kernels are compiled.
    constants: { most: 2 ** Math.ceil(Math.log2(most)), width },
    threads: { j: width, row: rows },
    source: `
let sum = dTable[row * $width + j];
const first = Math.floor(starts[row]);
const end = Math.floor(starts[row + 1]);
for (let k = 0; k < $most; k++) {
  if (first + k < end) {
    const from = Math.floor(order[first + k]);
    sum += dy[from * $width + j];
  }
}
return sum;`,
    writes: [[dTable, rows * width]],
  });
}

export function takeColumns(
  gpu: Gpu,
  x: GpuBuffer,
  columns: GpuIntegers,
  y: GpuBuffer,
  rows: number,
  cols: number,
): void {
  gpu.launch({
    name: 'takeColumns',
    reads: { x: [x, rows * cols], columns: [columns, rows] },
    constants: { cols },
    threads: { row: rows },
    source: 'const j = Math.floor(columns[row]);\nreturn x[row * $cols + j];',
    writes: [[y, rows]],
  });
}

export function putColumns(
  gpu: Gpu,
  dy: GpuBuffer,
  columns: GpuIntegers,
  dx: GpuBuffer,
  rows: number,
  cols: number,
): void {
  gpu.launch({
    name: 'putColumns',
    reads: { dx: [dx, rows * cols], dy: [dy, rows], columns: [columns, rows] },
    constants: { cols },
    threads: { j: cols, row: rows },
    source: `
let sum = dx[row * $cols + j];
if (j === Math.floor(columns[row])) { sum += dy[row]; }
return sum;`,
    writes: [[dx, rows * cols]],
  });
}

const rowsReached = ({ values }: GpuIntegers): number =>
  values.reduce((most, index) => Math.max(most, index + 1), 0);

/** Which positions hold each row's index: from `starts[row]` on in `order`, `most` of them at the most. */
function byRow(indices: Int32Array, rows: number): { starts: Int32Array; order: Int32Array; most: number } {
  const starts = new Int32Array(rows + 1);
  for (const index of indices) starts[index + 1]++;
  let most = 1;
  for (let row = 0; row < rows; row++) {
    most = Math.max(most, starts[row + 1]);
    starts[row + 1] += starts[row];
  }
  const next = starts.slice();
  const order = new Int32Array(indices.length);
  indices.forEach((index, position) => {
    order[next[index]++] = position;
  });
  return { starts, order, most };
}
