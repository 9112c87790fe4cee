import { logistic } from '../scalar.ts';
import type { FloatArray } from '../types.ts';

/**
 * One step of an LSTM cell (Hochreiter and Schmidhuber, 1997; Gers et al., 2000) after its matrix products.
 *
 * `input` `[batch, 4·hidden]` holds W x, `gates` U hPrev, and with `bias` `[4·hidden]` they add up to the pre-activations
 * of i, f, g, o in that order. `gates` is overwritten with i, f, o = σ(·), g = tanh(·). Then, all `[batch, hidden]`:
 *
 *     c = f∘cPrev + i∘g,    cTanh = tanh c,    h = o∘cTanh.
 *
 * A row whose sequence has ended, step ≥ lengths[row] (`lengths` is `[batch]`), is held: c = cPrev, and its gates,
 * cTanh and h are 0.
 */
export function lstmCell(
  batch: number,
  hidden: number,
  input: FloatArray,
  gates: FloatArray,
  bias: FloatArray,
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
      const [i, f, g, o] = gateIndices(row, hidden, j);
      const state = row * hidden + j;
      if (held) {
        gates[i] = gates[f] = gates[g] = gates[o] = 0;
        c[state] = cPrev[state];
        cTanh[state] = 0;
        h[state] = 0;
        continue;
      }
      gates[i] = logistic(input[i] + gates[i] + bias[j]);
      gates[f] = logistic(input[f] + gates[f] + bias[hidden + j]);
      gates[g] = Math.tanh(input[g] + gates[g] + bias[2 * hidden + j]);
      gates[o] = logistic(input[o] + gates[o] + bias[3 * hidden + j]);
      c[state] = gates[f] * cPrev[state] + gates[i] * gates[g];
      cTanh[state] = Math.tanh(c[state]);
      h[state] = gates[o] * cTanh[state];
    }
  }
}

/**
 * Gradient of `lstmCell`, from its saved activations.
 *
 * `dh` `[batch, hidden]` is ∂L/∂h. `dc` `[batch, hidden]` is what later steps contribute to ∂L/∂c, and is
 * overwritten with ∂L/∂cPrev. `dGates` `[batch, 4·hidden]` receives the gradients of the pre-activations:
 *
 *     δc = dc + dh∘o∘(1 − cTanh²),
 *     di = δc∘g∘i(1 − i),  df = δc∘cPrev∘f(1 − f),  dg = δc∘i∘(1 − g²),  do = dh∘cTanh∘o(1 − o),
 *     dc ← δc∘f.
 *
 * A held row gets dGates = 0 and keeps its dc.
 */
export function lstmCellGrad(
  batch: number,
  hidden: number,
  gates: FloatArray,
  cPrev: FloatArray,
  cTanh: FloatArray,
  dh: FloatArray,
  dc: FloatArray,
  dGates: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [i, f, g, o] = gateIndices(row, hidden, j);
      if (held) {
        dGates[i] = dGates[f] = dGates[g] = dGates[o] = 0;
        continue;
      }
      const state = row * hidden + j;
      const dState = dc[state] + dh[state] * gates[o] * (1 - cTanh[state] ** 2);
      dGates[i] = dState * gates[g] * gates[i] * (1 - gates[i]);
      dGates[f] = dState * cPrev[state] * gates[f] * (1 - gates[f]);
      dGates[g] = dState * gates[i] * (1 - gates[g] ** 2);
      dGates[o] = dh[state] * cTanh[state] * gates[o] * (1 - gates[o]);
      dc[state] = dState * gates[f];
    }
  }
}

/** current[row, :] = previous[row, :] where step ≥ lengths[row]; both are `[batch, width]`. */
export function holdRows(
  batch: number,
  width: number,
  previous: FloatArray,
  current: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    if (step < lengths[row]) continue;
    for (let i = row * width; i < (row + 1) * width; i++) current[i] = previous[i];
  }
}

/** Gradient of `holdRows`: dPrevious[row, :] += dCurrent[row, :] where step ≥ lengths[row]. */
export function passHeldRows(
  batch: number,
  width: number,
  dCurrent: FloatArray,
  dPrevious: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    if (step < lengths[row]) continue;
    for (let i = row * width; i < (row + 1) * width; i++) dPrevious[i] += dCurrent[i];
  }
}

function gateIndices(row: number, hidden: number, j: number): [number, number, number, number] {
  const i = row * 4 * hidden + j;
  return [i, i + hidden, i + 2 * hidden, i + 3 * hidden];
}
