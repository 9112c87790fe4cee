import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';

/** y is a block of a row-major array, as its strides say: each a multiple of the next. */
export function copyStrided(
  gpu: Gpu,
  rank: number,
  shape: GpuIntegers,
  x: GpuBuffer,
  xOffset: number,
  xStrides: GpuIntegers,
  y: GpuBuffer,
  yOffset: number,
  yStrides: GpuIntegers,
): void {
  const axes = merged(rank, shape.values, xStrides.values, yStrides.values);
  if (axes.some(({ size }) => size === 0)) return;
  const lowest = axes.reduce((total, { size, from }) => total + Math.min(0, (size - 1) * from), 0);
  const reach =
    axes.reduce((total, { size, from }) => total + Math.max(0, (size - 1) * from), 0) - lowest + 1;
  const source = gpu.at(x, xOffset + lowest);
  const [only] = axes;
  if (axes.length === 1 && only.from === 1 && only.to === 1) {
    gpu.copy(source, gpu.at(y, yOffset), only.size);
    return;
  }
  if (axes.some(({ to }, axis) => axis + 1 < axes.length && to % axes[axis + 1].to !== 0) || only.to < 1) {
    throw new Error('copyStrided: on the GPU the strides of y must be those of a row-major array.');
  }
  // Whole rows of y, those along its first axis, of which the block is a part: what lies beside it stays.
  const before = yOffset % only.to;
  const rows = gpu.at(y, yOffset - before);
  const size = only.size * only.to;
  const within = axes
    .slice(1)
    .map((axis, k) => oneAxis(axis, Math.floor((before % axes[k].to) / axis.to), axes[k].to / axis.to));
  gpu.launch({
    name: 'copyStrided',
    reads: { x: [source, reach], ...(isWhole(axes, before) ? {} : { y: [rows, size] }) },
    constants: { to: only.to, from: only.from, start: -lowest },
    threads: only.to === 1 ? { row: only.size } : { i: only.to, row: only.size },
    source: `${only.to === 1 ? '' : 'let rest = i;'}
${within.map(({ source }) => source).join('')}return x[row * $from + $start${within.map(({ place }) => place).join('')}];`,
    writes: [[rows, size]],
  });
}

interface Axis {
  readonly size: number;
  /** Steps in x and in y. */
  readonly from: number;
  readonly to: number;
}

/** Leaves out axes of one element, and makes one of two that are one. */
function merged(rank: number, shape: Int32Array, xStrides: Int32Array, yStrides: Int32Array): Axis[] {
  const axes: Axis[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const next = { size: shape[axis], from: xStrides[axis], to: yStrides[axis] };
    const last = axes[axes.length - 1];
    if (next.size === 1) continue;
    if (last !== undefined && last.from === next.size * next.from && last.to === next.size * next.to) {
      axes[axes.length - 1] = { ...next, size: last.size * next.size };
    } else axes.push(next);
  }
  if (axes.length === 0) return [{ size: 1, from: 1, to: 1 }];
  // A single column of y.
  if (axes[axes.length - 1].to > 1) axes.push({ size: 1, from: 0, to: 1 });
  return axes;
}

/** Whether the block is all of the rows it lies in. */
const isWhole = (axes: readonly Axis[], before: number): boolean =>
  before === 0 &&
  axes.every(({ to }, k) => to === (k + 1 < axes.length ? axes[k + 1].size * axes[k + 1].to : 1));

/** Takes the coordinate along one axis out of `rest`, and adds to the place in x; outside the block, y stays as it is. */
function oneAxis({ size, from, to }: Axis, first: number, room: number): { source: string; place: string } {
  const name = `c${to}`;
  const outside =
    room === size
      ? ''
      : `if (${name} < ${first} || ${name} >= ${first + size}) { return y[row * $to + i]; }\n`;
  return {
    source: `const ${name} = Math.floor((rest + 0.5) / ${to});\n${outside}rest = rest - ${name} * ${to};\n`,
    place: ` + (${name} - ${first}) * ${from}`,
  };
}
