import { launchCell } from '../heldRows.gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';

export const state = (array: string): string => `${array}[row * $hidden + j]`;
export const gateOf = (array: string, gate: number, gates = 3): string =>
  `${array}[(row * ${gates} + ${gate}) * $hidden + j]`;
/** A gate's part of W x, with its bias. */
export const fromInput = (gate: number): string => `${gateOf('input', gate)} + bias[${gate} * $hidden + j]`;
export const slope = (value: string): string => `${value} * (1 - ${value})`;
/** (1 − z)∘n + z∘hPrev. */
export const mix = (z: string, n: string): string => `(1 - ${z}) * ${n} + ${z} * ${state('hPrev')}`;
/** What a held row passes on to the step before. */
export const passed = `return ${state('dhPrev')} + ${state('dh')};`;
/** dn, dz and what goes into dhPrev, from z in `gates`, which has so many for a unit, and n in `candidate`. */
export function candidateGrad(gates: number) {
  const z = gateOf('gates', 1, gates);
  const n = state('candidate');
  return {
    dn: `${state('dh')} * (1 - ${z}) * (1 - ${n} * ${n})`,
    dz: `${state('dh')} * (${state('hPrev')} - ${n}) * ${slope(z)}`,
    dhPrev: `${state('dhPrev')} + ${state('dh')} * ${z}`,
  };
}

export function gruCell(
  gpu: Gpu,
  batch: number,
  hidden: number,
  input: GpuBuffer,
  gates: GpuBuffer,
  bias: GpuBuffer,
  recurrentBias: GpuBuffer,
  hPrev: GpuBuffer,
  candidate: GpuBuffer,
  h: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const reads = {
    input: [input, 3 * size],
    gates: [gates, 3 * size],
    bias: [bias, 3 * hidden],
    recurrentBias: [recurrentBias, hidden],
    hPrev: [hPrev, size],
  } as const;
  const gate = (index: number) => `sigmoid(${fromInput(index)} + ${gateOf('gates', index)})`;
  const product = `(${gateOf('gates', 2)} + recurrentBias[j])`;
  const n = `hyperbolicTangent(${fromInput(2)} + ${gate(0)} * ${product})`;
  launchCell(gpu, 'gruCell', { batch, hidden, lengths, step }, reads, [
    {
      to: gates,
      gates: 3,
      held: 'return 0;',
      source: `if (gate === 0) { return ${gate(0)}; }
if (gate === 1) { return ${gate(1)}; }
return ${product};`,
    },
    { to: candidate, gates: 1, held: 'return 0;', source: `return ${n};` },
    {
      to: h,
      gates: 1,
      held: `return ${state('hPrev')};`,
      source: `const z = ${gate(1)};\nreturn ${mix('z', n)};`,
    },
  ]);
}

export function gruCellGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  candidate: GpuBuffer,
  hPrev: GpuBuffer,
  dh: GpuBuffer,
  dhPrev: GpuBuffer,
  dInput: GpuBuffer,
  dRecurrent: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const reads = {
    gates: [gates, 3 * size],
    candidate: [candidate, size],
    hPrev: [hPrev, size],
    dh: [dh, size],
    dhPrev: [dhPrev, size],
  } as const;
  const r = gateOf('gates', 0);
  const { dn, dz, ...grad } = candidateGrad(3);
  const dr = `${dn} * ${gateOf('gates', 2)} * ${slope(r)}`;
  const gatesWith = (last: string) =>
    `if (gate === 0) { return ${dr}; }\nif (gate === 1) { return ${dz}; }\nreturn ${last};`;
  launchCell(gpu, 'gruCellGrad', { batch, hidden, lengths, step }, reads, [
    { to: dInput, gates: 3, held: 'return 0;', source: gatesWith(dn) },
    { to: dRecurrent, gates: 3, held: 'return 0;', source: gatesWith(`${dn} * ${r}`) },
    { to: dhPrev, gates: 1, held: passed, source: `return ${grad.dhPrev};` },
  ]);
}
