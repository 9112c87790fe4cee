import { launchCell } from '../heldRows.gpu.ts';
import type { Gpu, GpuBuffer, GpuIntegers } from '../launch.ts';
import { preActivation } from '../lstmCell/gpu.ts';
import { sumAxis } from '../reduce/gpu.ts';

export function lstmPeepholeCell(
  gpu: Gpu,
  batch: number,
  hidden: number,
  input: GpuBuffer,
  gates: GpuBuffer,
  bias: GpuBuffer,
  peepholes: GpuBuffer,
  cPrev: GpuBuffer,
  c: GpuBuffer,
  cTanh: GpuBuffer,
  h: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const before = 'cPrev[row * $hidden + j]';
  const weight = (gate: number) => `peepholes[${gate} * $hidden + j]`;
  const state = (name: string) =>
    `const ${name} = sigmoid(${preActivation(1)} + ${weight(1)} * ${before}) * ${before} + ` +
    `sigmoid(${preActivation(0)} + ${weight(0)} * ${before}) * hyperbolicTangent(${preActivation(2)});`;
  launchCell(
    gpu,
    'lstmPeepholeCell',
    { batch, hidden, lengths, step },
    {
      input: [input, 4 * size],
      gates: [gates, 4 * size],
      bias: [bias, 4 * hidden],
      peepholes: [peepholes, 3 * hidden],
      cPrev: [cPrev, size],
    },
    [
      {
        to: gates,
        gates: 4,
        held: 'return 0;',
        source: `if (gate === 0) { return sigmoid(${preActivation(0)} + ${weight(0)} * ${before}); }
if (gate === 1) { return sigmoid(${preActivation(1)} + ${weight(1)} * ${before}); }
if (gate === 2) { return hyperbolicTangent(${preActivation(2)}); }
${state('c0')}
return sigmoid(${preActivation(3)} + ${weight(2)} * c0);`,
      },
      { to: c, gates: 1, held: `return ${before};`, source: `${state('c1')}\nreturn c1;` },
      { to: cTanh, gates: 1, held: 'return 0;', source: `${state('c2')}\nreturn hyperbolicTangent(c2);` },
      {
        to: h,
        gates: 1,
        held: 'return 0;',
        source: `${state('c3')}
return sigmoid(${preActivation(3)} + ${weight(2)} * c3) * hyperbolicTangent(c3);`,
      },
    ],
  );
}

/** tanh c is computed once more: with it there would be an array too many for WebGPU. */
export function lstmPeepholeCellGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  gates: GpuBuffer,
  peepholes: GpuBuffer,
  cPrev: GpuBuffer,
  c: GpuBuffer,
  _cTanh: GpuBuffer,
  dh: GpuBuffer,
  dc: GpuBuffer,
  dGates: GpuBuffer,
  dPeepholes: GpuBuffer,
  lengths: GpuIntegers,
  step: number,
): void {
  const size = batch * hidden;
  const gate = (index: number) => `gates[(row * 4 + ${index}) * $hidden + j]`;
  const at = (array: string) => `${array}[row * $hidden + j]`;
  const weight = (index: number) => `peepholes[${index} * $hidden + j]`;
  const slope = (value: string) => `${value} * (1 - ${value})`;
  const states = (k: number) => `
const t${k} = hyperbolicTangent(${at('c')});
const do${k} = ${at('dh')} * t${k} * ${slope(gate(3))};
const dState${k} = ${at('dc')} + ${at('dh')} * ${gate(3)} * (1 - t${k} * t${k}) + do${k} * ${weight(2)};
const di${k} = dState${k} * ${gate(2)} * ${slope(gate(0))};
const df${k} = dState${k} * ${at('cPrev')} * ${slope(gate(1))};`;
  launchCell(
    gpu,
    'lstmPeepholeCellGrad',
    { batch, hidden, lengths, step },
    {
      gates: [gates, 4 * size],
      peepholes: [peepholes, 3 * hidden],
      cPrev: [cPrev, size],
      c: [c, size],
      dh: [dh, size],
      dc: [dc, size],
    },
    [
      {
        to: dGates,
        gates: 4,
        held: 'return 0;',
        source: `${states(0)}
if (gate === 0) { return di0; }
if (gate === 1) { return df0; }
if (gate === 2) { return dState0 * ${gate(0)} * (1 - ${gate(2)} * ${gate(2)}); }
return do0;`,
      },
      {
        to: dc,
        gates: 1,
        held: `return ${at('dc')};`,
        source: `${states(1)}
return dState1 * ${gate(1)} + di1 * ${weight(0)} + df1 * ${weight(1)};`,
      },
    ],
  );
  addPeepholeGrad(gpu, batch, hidden, dGates, cPrev, c, dPeepholes);
}

/** dPeepholes += Σ_rows (di∘cPrev, df∘cPrev, do∘c); held rows have gradients of 0. */
function addPeepholeGrad(
  gpu: Gpu,
  batch: number,
  hidden: number,
  dGates: GpuBuffer,
  cPrev: GpuBuffer,
  c: GpuBuffer,
  dPeepholes: GpuBuffer,
): void {
  const terms = gpu.allocate((batch + 1) * 3 * hidden);
  // The sum so far is one more row.
  gpu.launch({
    name: 'peepholeGrads',
    reads: {
      dGates: [dGates, 4 * batch * hidden],
      cPrev: [cPrev, batch * hidden],
      c: [c, batch * hidden],
      before: [dPeepholes, 3 * hidden],
    },
    constants: { hidden, batch },
    threads: { j: hidden, which: 3, row: batch + 1 },
    source: `
if (row === $batch) { return before[which * $hidden + j]; }
if (which === 2) { return dGates[(row * 4 + 3) * $hidden + j] * c[row * $hidden + j]; }
return dGates[(row * 4 + which) * $hidden + j] * cPrev[row * $hidden + j];`,
    writes: [[terms, (batch + 1) * 3 * hidden]],
  });
  sumAxis(gpu, terms, dPeepholes, 1, batch + 1, 3 * hidden);
}
