import { heldRows, rowsOfCell } from '../heldRows.gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';

const state = (array: string) => `${array}[row * $hidden + j]`;
const gateOf = (array: string, gate: number, gates = 3) =>
  `${array}[(row * ${gates} + ${gate}) * $hidden + j]`;
const biased = (gate: number) => `${gateOf('gates', gate)} + bias[${gate} * $hidden + j]`;
const slope = (value: string) => `${value} * (1 - ${value})`;

export function gruCell(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  recurrent: GpuBuffer,
  bias: GpuBuffer,
  recurrentBias: GpuBuffer,
  hPrev: GpuBuffer,
  h: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const { reads, numbers, ifHeld } = heldRows(lengths, step);
  const gate = (index: number) => `sigmoid(${biased(index)} + ${gateOf('recurrent', index)})`;
  const candidate = `hyperbolicTangent(${biased(2)} + ${gate(0)} * (${gateOf('recurrent', 2)} + recurrentBias[j]))`;
  const { rows, source } = rowsOfCell(batch, [
    {
      gates: 3,
      source: `${ifHeld('row', 'return 0;')}
if (gate === 0) { return ${gate(0)}; }
if (gate === 1) { return ${gate(1)}; }
return ${candidate};`,
    },
    {
      gates: 3,
      source: `const product = recurrent[(row * 3 + gate) * $hidden + j];
${ifHeld('row', 'return product;')}
if (gate === 2) { return product + recurrentBias[j]; }
return product;`,
    },
    {
      gates: 1,
      source: `${ifHeld('row', `return ${state('hPrev')};`)}
const z = ${gate(1)};
return (1 - z) * ${candidate} + z * ${state('hPrev')};`,
    },
  ]);
  gpu.launch({
    name: 'gruCell',
    reads: {
      gates: [gates, 3 * size],
      recurrent: [recurrent, 3 * size],
      bias: [bias, 3 * hidden],
      recurrentBias: [recurrentBias, hidden],
      hPrev: [hPrev, size],
      ...reads,
    },
    numbers,
    constants: { hidden },
    threads: { j: hidden, y: rows },
    source,
    writes: [
      [gates, 3 * size],
      [recurrent, 3 * size],
      [h, size],
    ],
  });
}

export function gruCellGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  recurrent: GpuBuffer,
  hPrev: GpuBuffer,
  dh: GpuBuffer,
  dhPrev: GpuBuffer,
  dGates: GpuBuffer,
  dRecurrent: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const { reads, numbers, ifHeld } = heldRows(lengths, step);
  const [r, z, n] = [0, 1, 2].map((index) => gateOf('gates', index));
  const dn = `${state('dh')} * (1 - ${z}) * (1 - ${n} * ${n})`;
  const dz = `${state('dh')} * (${state('hPrev')} - ${n}) * ${slope(z)}`;
  const dr = `${dn} * ${gateOf('recurrent', 2)} * ${slope(r)}`;
  const gatesWith = (candidate: string) => ({
    gates: 3,
    source: `${ifHeld('row', 'return 0;')}
if (gate === 0) { return ${dr}; }
if (gate === 1) { return ${dz}; }
return ${candidate};`,
  });
  const { rows, source } = rowsOfCell(batch, [
    gatesWith(dn),
    gatesWith(`${dn} * ${r}`),
    {
      gates: 1,
      source: `${ifHeld('row', `return ${state('dhPrev')} + ${state('dh')};`)}
return ${state('dhPrev')} + ${state('dh')} * ${z};`,
    },
  ]);
  gpu.launch({
    name: 'gruCellGrad',
    reads: {
      gates: [gates, 3 * size],
      recurrent: [recurrent, 3 * size],
      hPrev: [hPrev, size],
      dh: [dh, size],
      dhPrev: [dhPrev, size],
      ...reads,
    },
    numbers,
    constants: { hidden },
    threads: { j: hidden, y: rows },
    source,
    writes: [
      [dGates, 3 * size],
      [dRecurrent, 3 * size],
      [dhPrev, size],
    ],
  });
}

export function gruGates(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  recurrent: GpuBuffer,
  bias: GpuBuffer,
  hPrev: GpuBuffer,
  hReset: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const { reads, numbers, ifHeld } = heldRows(lengths, step);
  const gate = (index: number) => `sigmoid(${biased(index)} + ${gateOf('recurrent', index, 2)})`;
  const { rows, source } = rowsOfCell(batch, [
    {
      gates: 3,
      source: `if (gate === 2) { return gates[y * $hidden + j]; }
${ifHeld('row', 'return 0;')}
if (gate === 0) { return ${gate(0)}; }
return ${gate(1)};`,
    },
    { gates: 1, source: `${ifHeld('row', 'return 0;')}\nreturn ${gate(0)} * ${state('hPrev')};` },
  ]);
  gpu.launch({
    name: 'gruGates',
    reads: {
      gates: [gates, 3 * size],
      recurrent: [recurrent, 2 * size],
      bias: [bias, 3 * hidden],
      hPrev: [hPrev, size],
      ...reads,
    },
    numbers,
    constants: { hidden },
    threads: { j: hidden, y: rows },
    source,
    writes: [
      [gates, 3 * size],
      [hReset, size],
    ],
  });
}

export function gruCandidate(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  candidate: GpuBuffer,
  bias: GpuBuffer,
  hPrev: GpuBuffer,
  h: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const { reads, numbers, ifHeld } = heldRows(lengths, step);
  const n = `hyperbolicTangent(${biased(2)} + ${state('candidate')})`;
  const z = gateOf('gates', 1);
  const { rows, source } = rowsOfCell(batch, [
    {
      gates: 3,
      source: `if (gate < 2) { return gates[y * $hidden + j]; }
${ifHeld('row', 'return 0;')}
return ${n};`,
    },
    {
      gates: 1,
      source: `${ifHeld('row', `return ${state('hPrev')};`)}
return (1 - ${z}) * ${n} + ${z} * ${state('hPrev')};`,
    },
  ]);
  gpu.launch({
    name: 'gruCandidate',
    reads: {
      gates: [gates, 3 * size],
      candidate: [candidate, size],
      bias: [bias, 3 * hidden],
      hPrev: [hPrev, size],
      ...reads,
    },
    numbers,
    constants: { hidden },
    threads: { j: hidden, y: rows },
    source,
    writes: [
      [gates, 3 * size],
      [h, size],
    ],
  });
}

/** The r part of dGates is 0 until `gruGatesGrad`. */
export function gruCandidateGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  hPrev: GpuBuffer,
  dh: GpuBuffer,
  dhPrev: GpuBuffer,
  dGates: GpuBuffer,
  dCandidate: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const { reads, numbers, ifHeld } = heldRows(lengths, step);
  const [, z, n] = [0, 1, 2].map((index) => gateOf('gates', index));
  const dn = `${state('dh')} * (1 - ${z}) * (1 - ${n} * ${n})`;
  const { rows, source } = rowsOfCell(batch, [
    {
      gates: 3,
      source: `if (gate === 0) { return 0; }
${ifHeld('row', 'return 0;')}
if (gate === 1) { return ${state('dh')} * (${state('hPrev')} - ${n}) * ${slope(z)}; }
return ${dn};`,
    },
    { gates: 1, source: `${ifHeld('row', 'return 0;')}\nreturn ${dn};` },
    {
      gates: 1,
      source: `${ifHeld('row', `return ${state('dhPrev')} + ${state('dh')};`)}
return ${state('dhPrev')} + ${state('dh')} * ${z};`,
    },
  ]);
  gpu.launch({
    name: 'gruCandidateGrad',
    reads: {
      gates: [gates, 3 * size],
      hPrev: [hPrev, size],
      dh: [dh, size],
      dhPrev: [dhPrev, size],
      ...reads,
    },
    numbers,
    constants: { hidden },
    threads: { j: hidden, y: rows },
    source,
    writes: [
      [dGates, 3 * size],
      [dCandidate, size],
      [dhPrev, size],
    ],
  });
}

export function gruGatesGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  hPrev: GpuBuffer,
  dhReset: GpuBuffer,
  dhPrev: GpuBuffer,
  dGates: GpuBuffer,
  dRecurrent: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const { reads, numbers, ifHeld } = heldRows(lengths, step);
  const r = gateOf('gates', 0);
  const dr = `${state('dhReset')} * ${state('hPrev')} * ${slope(r)}`;
  const { rows, source } = rowsOfCell(batch, [
    {
      gates: 3,
      source: `if (gate > 0) { return dGates[(row * 3 + gate) * $hidden + j]; }
${ifHeld('row', 'return 0;')}
return ${dr};`,
    },
    {
      gates: 2,
      source: `${ifHeld('row', 'return 0;')}
if (gate === 1) { return ${gateOf('dGates', 1)}; }
return ${dr};`,
    },
    {
      gates: 1,
      source: `${ifHeld('row', `return ${state('dhPrev')};`)}
return ${state('dhPrev')} + ${state('dhReset')} * ${r};`,
    },
  ]);
  gpu.launch({
    name: 'gruGatesGrad',
    reads: {
      gates: [gates, 3 * size],
      hPrev: [hPrev, size],
      dhReset: [dhReset, size],
      dhPrev: [dhPrev, size],
      dGates: [dGates, 3 * size],
      ...reads,
    },
    numbers,
    constants: { hidden },
    threads: { j: hidden, y: rows },
    source,
    writes: [
      [dGates, 3 * size],
      [dRecurrent, 2 * size],
      [dhPrev, size],
    ],
  });
}
