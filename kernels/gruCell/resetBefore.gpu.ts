import { launchCell } from '../heldRows.gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';
import { candidateGrad, fromInput, gateOf, mix, passed, slope, state } from './gpu.ts';

/* The cell whose reset gate acts before the recurrent product, in two kernels with that product between. */

export function gruGates(
  gpu: Gpu,
  batch: number,
  hidden: number,
  input: GpuBuffer,
  gates: GpuBuffer,
  bias: GpuBuffer,
  hPrev: GpuBuffer,
  hReset: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const reads = {
    input: [input, 3 * size],
    gates: [gates, 2 * size],
    bias: [bias, 3 * hidden],
    hPrev: [hPrev, size],
  } as const;
  const gate = (index: number) => `sigmoid(${fromInput(index)} + ${gateOf('gates', index, 2)})`;
  launchCell(gpu, 'gruGates', { batch, hidden, lengths, step }, reads, [
    {
      to: gates,
      gates: 2,
      held: 'return 0;',
      source: `if (gate === 0) { return ${gate(0)}; }\nreturn ${gate(1)};`,
    },
    { to: hReset, gates: 1, held: 'return 0;', source: `return ${gate(0)} * ${state('hPrev')};` },
  ]);
}

export function gruCandidate(
  gpu: Gpu,
  batch: number,
  hidden: number,
  input: GpuBuffer,
  gates: GpuBuffer,
  bias: GpuBuffer,
  hPrev: GpuBuffer,
  candidate: GpuBuffer,
  h: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const reads = {
    input: [input, 3 * size],
    gates: [gates, 2 * size],
    bias: [bias, 3 * hidden],
    hPrev: [hPrev, size],
    candidate: [candidate, size],
  } as const;
  const n = `hyperbolicTangent(${fromInput(2)} + ${state('candidate')})`;
  launchCell(gpu, 'gruCandidate', { batch, hidden, lengths, step }, reads, [
    { to: candidate, gates: 1, held: 'return 0;', source: `return ${n};` },
    {
      to: h,
      gates: 1,
      held: `return ${state('hPrev')};`,
      source: `return ${mix(gateOf('gates', 1, 2), n)};`,
    },
  ]);
}

/** The r part of dInput is 0 until `gruGatesGrad`. */
export function gruCandidateGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  candidate: GpuBuffer,
  hPrev: GpuBuffer,
  dh: GpuBuffer,
  dhPrev: GpuBuffer,
  dInput: GpuBuffer,
  dCandidate: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const reads = {
    gates: [gates, 2 * size],
    candidate: [candidate, size],
    hPrev: [hPrev, size],
    dh: [dh, size],
    dhPrev: [dhPrev, size],
  } as const;
  const { dn, dz, ...grad } = candidateGrad(2);
  launchCell(gpu, 'gruCandidateGrad', { batch, hidden, lengths, step }, reads, [
    {
      to: dInput,
      gates: 3,
      held: 'return 0;',
      source: `if (gate === 0) { return 0; }\nif (gate === 1) { return ${dz}; }\nreturn ${dn};`,
    },
    { to: dCandidate, gates: 1, held: 'return 0;', source: `return ${dn};` },
    { to: dhPrev, gates: 1, held: passed, source: `return ${grad.dhPrev};` },
  ]);
}

export function gruGatesGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  hPrev: GpuBuffer,
  dhReset: GpuBuffer,
  dhPrev: GpuBuffer,
  dInput: GpuBuffer,
  dRecurrent: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const reads = {
    gates: [gates, 2 * size],
    hPrev: [hPrev, size],
    dhReset: [dhReset, size],
    dhPrev: [dhPrev, size],
    dInput: [dInput, 3 * size],
  } as const;
  const r = gateOf('gates', 0, 2);
  const dr = `${state('dhReset')} * ${state('hPrev')} * ${slope(r)}`;
  const keepOthers = 'if (gate > 0) { return dInput[(row * 3 + gate) * $hidden + j]; }';
  launchCell(gpu, 'gruGatesGrad', { batch, hidden, lengths, step }, reads, [
    { to: dInput, gates: 3, held: `${keepOthers}\nreturn 0;`, source: `${keepOthers}\nreturn ${dr};` },
    {
      to: dRecurrent,
      gates: 2,
      held: 'return 0;',
      source: `if (gate === 1) { return ${gateOf('dInput', 1)}; }\nreturn ${dr};`,
    },
    {
      to: dhPrev,
      gates: 1,
      held: `return ${state('dhPrev')};`,
      source: `return ${state('dhPrev')} + ${state('dhReset')} * ${r};`,
    },
  ]);
}
