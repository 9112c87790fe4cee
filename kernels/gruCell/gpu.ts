import { launchCell } from '../heldRows.gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';

export const state = (array: string): string => `${array}[row * $hidden + j]`;
export const gateOf = (array: string, gate: number, gates = 3): string =>
  `${array}[(row * ${gates} + ${gate}) * $hidden + j]`;
export const biased = (gate: number): string => `${gateOf('gates', gate)} + bias[${gate} * $hidden + j]`;
export const slope = (value: string): string => `${value} * (1 - ${value})`;
/** What a held row passes on to the step before. */
export const passed = `return ${state('dhPrev')} + ${state('dh')};`;

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
  const reads = {
    gates: [gates, 3 * size],
    recurrent: [recurrent, 3 * size],
    bias: [bias, 3 * hidden],
    recurrentBias: [recurrentBias, hidden],
    hPrev: [hPrev, size],
  } as const;
  const gate = (index: number) => `sigmoid(${biased(index)} + ${gateOf('recurrent', index)})`;
  const candidate = `hyperbolicTangent(${biased(2)} + ${gate(0)} * (${gateOf('recurrent', 2)} + recurrentBias[j]))`;
  const product = 'recurrent[(row * 3 + gate) * $hidden + j]';
  launchCell(gpu, 'gruCell', { batch, hidden, lengths, step }, reads, [
    {
      to: gates,
      gates: 3,
      held: 'return 0;',
      source: `if (gate === 0) { return ${gate(0)}; }
if (gate === 1) { return ${gate(1)}; }
return ${candidate};`,
    },
    {
      to: recurrent,
      gates: 3,
      held: `return ${product};`,
      source: `if (gate === 2) { return ${product} + recurrentBias[j]; }\nreturn ${product};`,
    },
    {
      to: h,
      gates: 1,
      held: `return ${state('hPrev')};`,
      source: `const z = ${gate(1)};\nreturn (1 - z) * ${candidate} + z * ${state('hPrev')};`,
    },
  ]);
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
  const reads = {
    gates: [gates, 3 * size],
    recurrent: [recurrent, 3 * size],
    hPrev: [hPrev, size],
    dh: [dh, size],
    dhPrev: [dhPrev, size],
  } as const;
  const [r, z, n] = [0, 1, 2].map((index) => gateOf('gates', index));
  const dn = `${state('dh')} * (1 - ${z}) * (1 - ${n} * ${n})`;
  const dz = `${state('dh')} * (${state('hPrev')} - ${n}) * ${slope(z)}`;
  const dr = `${dn} * ${gateOf('recurrent', 2)} * ${slope(r)}`;
  const gatesWith = (candidate: string) =>
    `if (gate === 0) { return ${dr}; }\nif (gate === 1) { return ${dz}; }\nreturn ${candidate};`;
  launchCell(gpu, 'gruCellGrad', { batch, hidden, lengths, step }, reads, [
    { to: dGates, gates: 3, held: 'return 0;', source: gatesWith(dn) },
    { to: dRecurrent, gates: 3, held: 'return 0;', source: gatesWith(`${dn} * ${r}`) },
    {
      to: dhPrev,
      gates: 1,
      held: passed,
      source: `return ${state('dhPrev')} + ${state('dh')} * ${z};`,
    },
  ]);
}
