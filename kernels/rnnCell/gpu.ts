import { heldRows, launchCell } from '../heldRows.gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';

export function rnnCell(
  gpu: Gpu,
  batch: number,
  hidden: number,
  input: GpuBuffer,
  recurrent: GpuBuffer,
  bias: GpuBuffer,
  hPrev: GpuBuffer,
  h: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
  rectify: number,
): void {
  const size = batch * hidden;
  const { reads, numbers, ifHeld } = heldRows(lengths, step);
  const isHeld = ifHeld('row', 'return hPrev[row * $hidden + j];');
  gpu.launch({
    name: 'rnnCell',
    reads: {
      input: [input, size],
      recurrent: [recurrent, size],
      bias: [bias, hidden],
      ...(isHeld === '' ? {} : { hPrev: [hPrev, size] as const }),
      ...reads,
    },
    numbers,
    constants: { hidden },
    threads: { j: hidden, row: batch },
    source: `${isHeld}
const a = input[row * $hidden + j] + recurrent[row * $hidden + j] + bias[j];
return ${rectify ? 'Math.max(a, 0)' : 'hyperbolicTangent(a)'};`,
    writes: [[h, size]],
  });
}

export function rnnCellGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  h: GpuBuffer,
  dh: GpuBuffer,
  dhPrev: GpuBuffer,
  da: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
  rectify: number,
): void {
  const size = batch * hidden;
  const at = (array: string) => `${array}[row * $hidden + j]`;
  const slope = rectify
    ? `if (${at('h')} > 0) { return ${at('dh')}; }\nreturn 0;`
    : `return ${at('dh')} * (1 - ${at('h')} * ${at('h')});`;
  launchCell(
    gpu,
    'rnnCellGrad',
    { batch, hidden, lengths, step },
    { h: [h, size], dh: [dh, size], dhPrev: [dhPrev, size] },
    [
      { to: da, gates: 1, held: 'return 0;', source: `${slope}` },
      {
        to: dhPrev,
        gates: 1,
        held: `return ${at('dhPrev')} + ${at('dh')};`,
        source: `return ${at('dhPrev')};`,
      },
    ],
  );
}
