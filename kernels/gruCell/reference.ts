import { logistic } from '../scalar.ts';
import type { FloatArray } from '../types.ts';

/**
 * One step of a gated recurrent unit (Cho et al., 2014) after its matrix products, in the form that resets after the
 * product (PyTorch's and cuDNN's).
 *
 * `gates` `[batch, 3·hidden]` holds W x, in the order r, z, n, and `bias` `[3·hidden]` is added to it; `recurrent`
 * `[batch, 3·hidden]` holds U hPrev, and `recurrentBias` `[hidden]` is added to its n part and kept there. `gates` is
 * overwritten with r, z = σ(·) and n; then, all `[batch, hidden]`:
 *
 *     n = tanh(gatesₙ + biasₙ + r∘(recurrentₙ + recurrentBias)),    h = (1 − z)∘n + z∘hPrev.
 *
 * A row whose sequence has ended, step ≥ lengths[row] (`lengths` is `[batch]`), is held: h = hPrev and its gates are 0.
 */
export function gruCell(
  batch: number,
  hidden: number,
  gates: FloatArray,
  recurrent: FloatArray,
  bias: FloatArray,
  recurrentBias: FloatArray,
  hPrev: FloatArray,
  h: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [r, z, n] = gateIndices(row, hidden, j);
      const state = row * hidden + j;
      if (held) {
        gates[r] = gates[z] = gates[n] = 0;
        h[state] = hPrev[state];
        continue;
      }
      gates[r] = logistic(gates[r] + bias[j] + recurrent[r]);
      gates[z] = logistic(gates[z] + bias[hidden + j] + recurrent[z]);
      recurrent[n] += recurrentBias[j];
      gates[n] = Math.tanh(gates[n] + bias[2 * hidden + j] + gates[r] * recurrent[n]);
      h[state] = (1 - gates[z]) * gates[n] + gates[z] * hPrev[state];
    }
  }
}

/**
 * Gradient of `gruCell`, from its activations and the n part of `recurrent` after it.
 *
 * `dh` `[batch, hidden]` is ∂L/∂h; `dGates` and `dRecurrent` `[batch, 3·hidden]` receive the gradients of W x (and of
 * the bias) and of U hPrev, whose n part is the recurrent bias's as well; `dhPrev` `[batch, hidden]` is added to:
 *
 *     dn = dh∘(1 − z)∘(1 − n²),  dz = dh∘(hPrev − n)∘z(1 − z),  dr = dn∘recurrentₙ∘r(1 − r),
 *     dGates = (dr, dz, dn),  dRecurrent = (dr, dz, dn∘r),  dhPrev += dh∘z.
 *
 * A held row gets dGates = dRecurrent = 0 and dhPrev += dh.
 */
export function gruCellGrad(
  batch: number,
  hidden: number,
  gates: FloatArray,
  recurrent: FloatArray,
  hPrev: FloatArray,
  dh: FloatArray,
  dhPrev: FloatArray,
  dGates: FloatArray,
  dRecurrent: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [r, z, n] = gateIndices(row, hidden, j);
      const state = row * hidden + j;
      if (held) {
        dGates[r] = dGates[z] = dGates[n] = 0;
        dRecurrent[r] = dRecurrent[z] = dRecurrent[n] = 0;
        dhPrev[state] += dh[state];
        continue;
      }
      dGates[n] = dh[state] * (1 - gates[z]) * (1 - gates[n] ** 2);
      dGates[z] = dh[state] * (hPrev[state] - gates[n]) * gates[z] * (1 - gates[z]);
      dGates[r] = dGates[n] * recurrent[n] * gates[r] * (1 - gates[r]);
      dRecurrent[r] = dGates[r];
      dRecurrent[z] = dGates[z];
      dRecurrent[n] = dGates[n] * gates[r];
      dhPrev[state] += dh[state] * gates[z];
    }
  }
}

/**
 * First half of a step of a gated recurrent unit in its original form (Cho et al., 2014), which resets before the
 * product: `recurrent` `[batch, 2·hidden]` holds U_r hPrev and U_z hPrev; r and z in `gates` `[batch, 3·hidden]` (W x in
 * the order r, z, n; `bias` `[3·hidden]`) are overwritten with σ(gates + bias + recurrent), and `hReset`
 * `[batch, hidden]` receives r∘hPrev. A held row gets r = z = hReset = 0.
 */
export function gruGates(
  batch: number,
  hidden: number,
  gates: FloatArray,
  recurrent: FloatArray,
  bias: FloatArray,
  hPrev: FloatArray,
  hReset: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [r, z] = gateIndices(row, hidden, j);
      const state = row * hidden + j;
      const product = row * 2 * hidden + j;
      gates[r] = held ? 0 : logistic(gates[r] + bias[j] + recurrent[product]);
      gates[z] = held ? 0 : logistic(gates[z] + bias[hidden + j] + recurrent[product + hidden]);
      hReset[state] = gates[r] * hPrev[state];
    }
  }
}

/**
 * Second half, after `gruGates`: `candidate` `[batch, hidden]` holds U_n hReset; n in `gates` is overwritten with
 * tanh(gatesₙ + biasₙ + candidate), and h = (1 − z)∘n + z∘hPrev. A held row gets n = 0 and h = hPrev.
 */
export function gruCandidate(
  batch: number,
  hidden: number,
  gates: FloatArray,
  candidate: FloatArray,
  bias: FloatArray,
  hPrev: FloatArray,
  h: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [, z, n] = gateIndices(row, hidden, j);
      const state = row * hidden + j;
      gates[n] = held ? 0 : Math.tanh(gates[n] + bias[2 * hidden + j] + candidate[state]);
      h[state] = held ? hPrev[state] : (1 - gates[z]) * gates[n] + gates[z] * hPrev[state];
    }
  }
}

/**
 * Gradient of `gruCandidate`, from the activations: with `dh` `[batch, hidden]`,
 *
 *     dn = dh∘(1 − z)∘(1 − n²),  dz = dh∘(hPrev − n)∘z(1 − z),  dhPrev += dh∘z.
 *
 * dn goes into the n part of `dGates` `[batch, 3·hidden]` and into `dCandidate` `[batch, hidden]`, dz into the z part;
 * the r part is left to `gruGatesGrad`. A held row gets dz = dn = 0 and dhPrev += dh.
 */
export function gruCandidateGrad(
  batch: number,
  hidden: number,
  gates: FloatArray,
  hPrev: FloatArray,
  dh: FloatArray,
  dhPrev: FloatArray,
  dGates: FloatArray,
  dCandidate: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [, z, n] = gateIndices(row, hidden, j);
      const state = row * hidden + j;
      dGates[n] = held ? 0 : dh[state] * (1 - gates[z]) * (1 - gates[n] ** 2);
      dGates[z] = held ? 0 : dh[state] * (hPrev[state] - gates[n]) * gates[z] * (1 - gates[z]);
      dCandidate[state] = dGates[n];
      dhPrev[state] += held ? dh[state] : dh[state] * gates[z];
    }
  }
}

/**
 * Gradient of `gruGates`, after `gruCandidateGrad`: `dhReset` `[batch, hidden]` is ∂L/∂hReset, from U_nᵀ dCandidate.
 * The r part of `dGates` receives dr = dhReset∘hPrev∘r(1 − r), `dRecurrent` `[batch, 2·hidden]` receives (dr, dz), and
 * dhPrev += dhReset∘r. A held row gets dr = 0.
 */
export function gruGatesGrad(
  batch: number,
  hidden: number,
  gates: FloatArray,
  hPrev: FloatArray,
  dhReset: FloatArray,
  dhPrev: FloatArray,
  dGates: FloatArray,
  dRecurrent: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [r, z] = gateIndices(row, hidden, j);
      const state = row * hidden + j;
      const product = row * 2 * hidden + j;
      dGates[r] = held ? 0 : dhReset[state] * hPrev[state] * gates[r] * (1 - gates[r]);
      dRecurrent[product] = dGates[r];
      dRecurrent[product + hidden] = held ? 0 : dGates[z];
      if (!held) dhPrev[state] += dhReset[state] * gates[r];
    }
  }
}

function gateIndices(row: number, hidden: number, j: number): [number, number, number] {
  const r = row * 3 * hidden + j;
  return [r, r + hidden, r + 2 * hidden];
}
