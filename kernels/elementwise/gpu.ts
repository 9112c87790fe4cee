import type { Gpu, GpuBuffer } from '../launch.ts';

type Binary = (
  gpu: Gpu,
  a: GpuBuffer,
  b: GpuBuffer,
  y: GpuBuffer,
  n: number,
  aSize: number,
  bSize: number,
) => void;
type Unary = (gpu: Gpu, x: GpuBuffer, y: GpuBuffer, n: number) => void;

export const add = binary('add', 'u + v');
export const subtract = binary('subtract', 'u - v');
export const multiply = binary('multiply', 'u * v');
export const divide = binary('divide', 'u / v');
export const maximum = binary('maximum', 'Math.max(u, v)');
export const minimum = binary('minimum', 'Math.min(u, v)');

export const negate = unary('negate', 'return -v;');
export const absolute = unary('absolute', 'return Math.abs(v);');
export const squareRoot = unary('squareRoot', 'return Math.sqrt(v);');
export const relu = unary('relu', 'return Math.max(v, 0);');
export const sign = unary('sign', 'if (v > 0) { return 1; } if (v < 0) { return -1; } return v;');
export const step = unary('step', 'if (v > 0) { return 1; } return 0;');

export function scale(gpu: Gpu, x: GpuBuffer, y: GpuBuffer, n: number, factor: number): void {
  if (factor === 1) gpu.copy(x, y, n);
  else scaleBy(gpu, x, y, n, { factor });
}

export function fill(gpu: Gpu, y: GpuBuffer, n: number, value: number): void {
  if (value === 0) gpu.zero(y, n);
  else
    gpu.launch({
      name: 'fill',
      reads: {},
      numbers: { value },
      threads: { i: n },
      source: 'return value;',
      writes: [[y, n]],
    });
}

const scaleBy = unary('scale', 'return v * factor;');

/** y[i] is what `source` returns for v = x[i], and for `numbers` by their names. */
export function unary(
  name: string,
  source: string,
): (...args: [...Parameters<Unary>, numbers?: Readonly<Record<string, number>>]) => void {
  return (gpu, x, y, n, numbers) =>
    gpu.launch({
      name,
      reads: { x: [x, n] },
      numbers,
      threads: { i: n },
      source: `const v = x[i];\n${source}`,
      writes: [[y, n]],
    });
}

/** One of the operands has n elements; the other repeats, which is a matter of rows. */
function binary(name: string, expression: string): Binary {
  return (gpu, a, b, y, n, aSize, bSize) => {
    const width = Math.min(aSize, bSize);
    const isFlat = width === n || width === 1;
    const place = (size: number) => (size === 1 ? '0' : size < n ? 'j' : isFlat ? 'i' : 'row * $width + j');
    gpu.launch({
      name,
      reads: { a: [a, aSize], b: [b, bSize] },
      constants: { width },
      threads: isFlat ? { i: n } : { j: width, row: n / width },
      source: `const u = a[${place(aSize)}];\nconst v = b[${place(bSize)}];\nreturn ${expression};`,
      writes: [[y, n]],
    });
  };
}
