import { logistic } from '../scalar.ts';
import type { FloatArray } from '../types.ts';

/**
 * `lstmCell` with peephole connections (Gers and Schmidhuber, 2000): the input and forget gates see cPrev and the
 * output gate sees c, through the diagonal weights `peepholes` `[3·hidden]` in the order i, f, o:
 *
 *     i, f = σ(a + peephole∘cPrev),  g = tanh a,  c = f∘cPrev + i∘g,
 *     o = σ(a + peephole∘c),  cTanh = tanh c,  h = o∘cTanh.
 *
 * with pre-activations a, shapes and held rows as in `lstmCell`.
 */
export function lstmPeepholeCell(
  batch: number,
  hidden: number,
  input: FloatArray,
  gates: FloatArray,
  bias: FloatArray,
  peepholes: FloatArray,
  cPrev: FloatArray,
  c: FloatArray,
  cTanh: FloatArray,
  h: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => (row * 4 + gate) * hidden + j);
      const state = row * hidden + j;
      if (held) {
        gates[i] = gates[f] = gates[g] = gates[o] = 0;
        c[state] = cPrev[state];
        cTanh[state] = 0;
        h[state] = 0;
        continue;
      }
      const [aI, aF, aG, aO] = [i, f, g, o].map(
        (at, gate) => input[at] + gates[at] + bias[gate * hidden + j],
      );
      gates[i] = logistic(aI + peepholes[j] * cPrev[state]);
      gates[f] = logistic(aF + peepholes[hidden + j] * cPrev[state]);
      gates[g] = Math.tanh(aG);
      c[state] = gates[f] * cPrev[state] + gates[i] * gates[g];
      gates[o] = logistic(aO + peepholes[2 * hidden + j] * c[state]);
      cTanh[state] = Math.tanh(c[state]);
      h[state] = gates[o] * cTanh[state];
    }
  }
}

/**
 * Gradient of `lstmPeepholeCell`, from its saved activations; arguments as of `lstmCellGrad`, and:
 *
 *     do = dh∘cTanh∘o(1 − o),  δc = dc + dh∘o∘(1 − cTanh²) + do∘peephole_o,
 *     di = δc∘g∘i(1 − i),  df = δc∘cPrev∘f(1 − f),  dg = δc∘i∘(1 − g²),
 *     dc ← δc∘f + di∘peephole_i + df∘peephole_f,
 *     dPeepholes += Σ_rows (di∘cPrev, df∘cPrev, do∘c).
 *
 * A held row gets dGates = 0, keeps its dc and adds nothing to `dPeepholes` `[3·hidden]`.
 */
export function lstmPeepholeCellGrad(
  batch: number,
  hidden: number,
  gates: FloatArray,
  peepholes: FloatArray,
  cPrev: FloatArray,
  c: FloatArray,
  cTanh: FloatArray,
  dh: FloatArray,
  dc: FloatArray,
  dGates: FloatArray,
  dPeepholes: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => (row * 4 + gate) * hidden + j);
      if (held) {
        dGates[i] = dGates[f] = dGates[g] = dGates[o] = 0;
        continue;
      }
      const state = row * hidden + j;
      dGates[o] = dh[state] * cTanh[state] * gates[o] * (1 - gates[o]);
      const direct = dc[state] + dh[state] * gates[o] * (1 - cTanh[state] ** 2);
      const dState = direct + dGates[o] * peepholes[2 * hidden + j];
      dGates[i] = dState * gates[g] * gates[i] * (1 - gates[i]);
      dGates[f] = dState * cPrev[state] * gates[f] * (1 - gates[f]);
      dGates[g] = dState * gates[i] * (1 - gates[g] ** 2);
      dc[state] = dState * gates[f] + dGates[i] * peepholes[j] + dGates[f] * peepholes[hidden + j];
      dPeepholes[j] += dGates[i] * cPrev[state];
      dPeepholes[hidden + j] += dGates[f] * cPrev[state];
      dPeepholes[2 * hidden + j] += dGates[o] * c[state];
    }
  }
}
