import { launchCell } from '../heldRows.gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';
import { biased, gateOf, passed, slope, state } from './gpu.ts';

/* The cell whose reset gate acts before the recurrent product, in two kernels with that product between. */

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
  const reads = {
    gates: [gates, 3 * size],
    recurrent: [recurrent, 2 * size],
    bias: [bias, 3 * hidden],
    hPrev: [hPrev, size],
  } as const;
  const gate = (index: number) => `sigmoid(${biased(index)} + ${gateOf('recurrent', index, 2)})`;
  const keepCandidate = 'if (gate === 2) { return gates[y * $hidden + j]; }';
  launchCell(gpu, 'gruGates', { batch, hidden, lengths, step }, reads, [
    {
      to: gates,
      gates: 3,
      held: `${keepCandidate}\nreturn 0;`,
      source: `${keepCandidate}\nif (gate === 0) { return ${gate(0)}; }\nreturn ${gate(1)};`,
    },
    { to: hReset, gates: 1, held: 'return 0;', source: `return ${gate(0)} * ${state('hPrev')};` },
  ]);
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
  const reads = {
    gates: [gates, 3 * size],
    candidate: [candidate, size],
    bias: [bias, 3 * hidden],
    hPrev: [hPrev, size],
  } as const;
  const n = `hyperbolicTangent(${biased(2)} + ${state('candidate')})`;
  const z = gateOf('gates', 1);
  const keepGates = 'if (gate < 2) { return gates[y * $hidden + j]; }';
  launchCell(gpu, 'gruCandidate', { batch, hidden, lengths, step }, reads, [
    { to: gates, gates: 3, held: `${keepGates}\nreturn 0;`, source: `${keepGates}\nreturn ${n};` },
    {
      to: h,
      gates: 1,
      held: `return ${state('hPrev')};`,
      source: `return (1 - ${z}) * ${n} + ${z} * ${state('hPrev')};`,
    },
  ]);
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
  const reads = {
    gates: [gates, 3 * size],
    hPrev: [hPrev, size],
    dh: [dh, size],
    dhPrev: [dhPrev, size],
  } as const;
  const [, z, n] = [0, 1, 2].map((index) => gateOf('gates', index));
  const dn = `${state('dh')} * (1 - ${z}) * (1 - ${n} * ${n})`;
  launchCell(gpu, 'gruCandidateGrad', { batch, hidden, lengths, step }, reads, [
    {
      to: dGates,
      gates: 3,
      held: 'return 0;',
      source: `if (gate === 0) { return 0; }
if (gate === 1) { return ${state('dh')} * (${state('hPrev')} - ${n}) * ${slope(z)}; }
return ${dn};`,
    },
    { to: dCandidate, gates: 1, held: 'return 0;', source: `return ${dn};` },
    {
      to: dhPrev,
      gates: 1,
      held: passed,
      source: `return ${state('dhPrev')} + ${state('dh')} * ${z};`,
    },
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
  dGates: GpuBuffer,
  dRecurrent: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const reads = {
    gates: [gates, 3 * size],
    hPrev: [hPrev, size],
    dhReset: [dhReset, size],
    dhPrev: [dhPrev, size],
    dGates: [dGates, 3 * size],
  } as const;
  const r = gateOf('gates', 0);
  const dr = `${state('dhReset')} * ${state('hPrev')} * ${slope(r)}`;
  const keepOthers = 'if (gate > 0) { return dGates[(row * 3 + gate) * $hidden + j]; }';
  launchCell(gpu, 'gruGatesGrad', { batch, hidden, lengths, step }, reads, [
    { to: dGates, gates: 3, held: `${keepOthers}\nreturn 0;`, source: `${keepOthers}\nreturn ${dr};` },
    {
      to: dRecurrent,
      gates: 2,
      held: 'return 0;',
      source: `if (gate === 1) { return ${gateOf('dGates', 1)}; }\nreturn ${dr};`,
    },
    {
      to: dhPrev,
      gates: 1,
      held: `return ${state('dhPrev')};`,
      source: `return ${state('dhPrev')} + ${state('dhReset')} * ${r};`,
    },
  ]);
}
