import { heldRows, launchCell } from '../heldRows.gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';

/** What a gate's activation is of, W x + U hPrev + bias. */
export function preActivation(gate: number): string {
  const at = `[(row * 4 + ${gate}) * $hidden + j]`;
  return `input${at} + gates${at} + bias[${gate} * $hidden + j]`;
}

export function lstmCell(
  gpu: Gpu,
  batch: number,
  hidden: number,
  input: GpuBuffer,
  gates: GpuBuffer,
  bias: GpuBuffer,
  cPrev: GpuBuffer,
  c: GpuBuffer,
  cTanh: GpuBuffer,
  h: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const state = `const cNew = sigmoid(${preActivation(1)}) * cPrev[row * $hidden + j] + sigmoid(${preActivation(0)}) * hyperbolicTangent(${preActivation(2)});`;
  launchCell(
    gpu,
    'lstmCell',
    { batch, hidden, lengths, step },
    {
      input: [input, 4 * size],
      gates: [gates, 4 * size],
      bias: [bias, 4 * hidden],
      cPrev: [cPrev, size],
    },
    [
      {
        to: gates,
        gates: 4,
        held: 'return 0;',
        source: `const a = input[y * $hidden + j] + gates[y * $hidden + j] + bias[gate * $hidden + j];
if (gate === 2) { return hyperbolicTangent(a); }
return sigmoid(a);`,
      },
      { to: c, gates: 1, held: 'return cPrev[row * $hidden + j];', source: `${state}\nreturn cNew;` },
      {
        to: cTanh,
        gates: 1,
        held: 'return 0;',
        source: `${state.replace('cNew', 'cNext')}\nreturn hyperbolicTangent(cNext);`,
      },
      {
        to: h,
        gates: 1,
        held: 'return 0;',
        source: `${state.replace('cNew', 'cLast')}\nreturn sigmoid(${preActivation(3)}) * hyperbolicTangent(cLast);`,
      },
    ],
  );
}

export function lstmCellGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  cPrev: GpuBuffer,
  cTanh: GpuBuffer,
  dh: GpuBuffer,
  dc: GpuBuffer,
  dGates: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const gate = (index: number) => `gates[(row * 4 + ${index}) * $hidden + j]`;
  const at = (array: string) => `${array}[row * $hidden + j]`;
  launchCell(
    gpu,
    'lstmCellGrad',
    { batch, hidden, lengths, step },
    {
      gates: [gates, 4 * size],
      cPrev: [cPrev, size],
      cTanh: [cTanh, size],
      dh: [dh, size],
      dc: [dc, size],
    },
    [
      {
        to: dGates,
        gates: 4,
        held: 'return 0;',
        source: `const activation = gates[y * $hidden + j];
if (gate === 3) { return ${at('dh')} * ${at('cTanh')} * activation * (1 - activation); }
const dState = ${at('dc')} + ${at('dh')} * ${gate(3)} * (1 - ${at('cTanh')} * ${at('cTanh')});
if (gate === 2) { return dState * ${gate(0)} * (1 - activation * activation); }
if (gate === 1) { return dState * ${at('cPrev')} * activation * (1 - activation); }
return dState * ${gate(2)} * activation * (1 - activation);`,
      },
      {
        to: dc,
        gates: 1,
        held: `return ${at('dc')};`,
        source: `return (${at('dc')} + ${at('dh')} * ${gate(3)} * (1 - ${at('cTanh')} * ${at('cTanh')})) * ${gate(1)};`,
      },
    ],
  );
}

export function holdRows(
  gpu: Gpu,
  batch: number,
  width: number,
  previous: GpuBuffer,
  current: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  forHeldRows(
    gpu,
    'holdRows',
    'return before[row * $width + j];',
    batch,
    width,
    previous,
    current,
    lengths,
    step,
  );
}

export function passHeldRows(
  gpu: Gpu,
  batch: number,
  width: number,
  dCurrent: GpuBuffer,
  dPrevious: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const source = 'return y[row * $width + j] + before[row * $width + j];';
  forHeldRows(gpu, 'passHeldRows', source, batch, width, dCurrent, dPrevious, lengths, step);
}

/** y becomes what `source` returns in the rows that are held. */
function forHeldRows(
  gpu: Gpu,
  name: string,
  source: string,
  batch: number,
  width: number,
  before: GpuBuffer,
  y: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * width;
  const { reads, numbers, ifHeld } = heldRows(lengths, step);
  gpu.launch({
    name,
    reads: { before: [before, size], y: [y, size], ...reads },
    numbers,
    constants: { width },
    threads: { j: width, row: batch },
    source: `${ifHeld('row', source)}\nreturn y[row * $width + j];`,
    writes: [[y, size]],
  });
}
