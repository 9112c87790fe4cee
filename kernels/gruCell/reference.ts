import { logistic } from '../scalar.ts';
import type { FloatArray } from '../types.ts';

/**
 * One step of a gated recurrent unit (Cho et al., 2014) after its matrix products, in the form that resets after the
 * product (PyTorch's and cuDNN's).
 *
 * `input` `[batch, 3·hidden]` holds W x and `gates` U hPrev, both in the order r, z, n, and `bias` is `[3·hidden]`. r and z
 * in `gates` are overwritten with σ(input + gates + bias), and `recurrentBias` `[hidden]` is added to its n part; then, all
 * `[batch, hidden]`:
 *
 *     candidate = tanh(inputₙ + biasₙ + r∘gatesₙ),    h = (1 − z)∘candidate + z∘hPrev.
 *
 * A row whose sequence has ended, step ≥ lengths[row] (`lengths` is `[batch]`), is held: h = hPrev, and its gates and
 * candidate are 0.
 */
export function gruCell(
  batch: number,
  hidden: number,
  input: FloatArray,
  gates: FloatArray,
  bias: FloatArray,
  recurrentBias: FloatArray,
  hPrev: FloatArray,
  candidate: FloatArray,
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
        gates[r] = gates[z] = gates[n] = candidate[state] = 0;
        h[state] = hPrev[state];
        continue;
      }
      gates[r] = logistic(input[r] + gates[r] + bias[j]);
      gates[z] = logistic(input[z] + gates[z] + bias[hidden + j]);
      gates[n] += recurrentBias[j];
      candidate[state] = Math.tanh(input[n] + bias[2 * hidden + j] + gates[r] * gates[n]);
      h[state] = (1 - gates[z]) * candidate[state] + gates[z] * hPrev[state];
    }
  }
}

/**
 * Gradient of `gruCell`, from `gates` and `candidate` after it.
 *
 * `dh` `[batch, hidden]` is ∂L/∂h; `dInput` and `dRecurrent` `[batch, 3·hidden]` receive the gradients of W x (and of
 * the bias) and of U hPrev, whose n part is the recurrent bias's as well; `dhPrev` `[batch, hidden]` is added to:
 *
 *     dn = dh∘(1 − z)∘(1 − n²),  dz = dh∘(hPrev − n)∘z(1 − z),  dr = dn∘gatesₙ∘r(1 − r),
 *     dInput = (dr, dz, dn),  dRecurrent = (dr, dz, dn∘r),  dhPrev += dh∘z.
 *
 * A held row gets dInput = dRecurrent = 0 and dhPrev += dh.
 */
export function gruCellGrad(
  batch: number,
  hidden: number,
  gates: FloatArray,
  candidate: FloatArray,
  hPrev: FloatArray,
  dh: FloatArray,
  dhPrev: FloatArray,
  dInput: FloatArray,
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
        dInput[r] = dInput[z] = dInput[n] = 0;
        dRecurrent[r] = dRecurrent[z] = dRecurrent[n] = 0;
        dhPrev[state] += dh[state];
        continue;
      }
      dInput[n] = dh[state] * (1 - gates[z]) * (1 - candidate[state] ** 2);
      dInput[z] = dh[state] * (hPrev[state] - candidate[state]) * gates[z] * (1 - gates[z]);
      dInput[r] = dInput[n] * gates[n] * gates[r] * (1 - gates[r]);
      dRecurrent[r] = dInput[r];
      dRecurrent[z] = dInput[z];
      dRecurrent[n] = dInput[n] * gates[r];
      dhPrev[state] += dh[state] * gates[z];
    }
  }
}

/**
 * First half of a step of a gated recurrent unit in its original form (Cho et al., 2014), which resets before the
 * product: `input` `[batch, 3·hidden]` holds W x in the order r, z, n, and `bias` is `[3·hidden]`; `gates`
 * `[batch, 2·hidden]` holds U_r hPrev and U_z hPrev, and is overwritten with r and z = σ(input + gates + bias). `hReset`
 * `[batch, hidden]` receives r∘hPrev. A held row gets r = z = hReset = 0.
 */
export function gruGates(
  batch: number,
  hidden: number,
  input: FloatArray,
  gates: FloatArray,
  bias: FloatArray,
  hPrev: FloatArray,
  hReset: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const x = 3 * row * hidden + j;
      const r = 2 * row * hidden + j;
      const z = r + hidden;
      const state = row * hidden + j;
      gates[r] = held ? 0 : logistic(input[x] + gates[r] + bias[j]);
      gates[z] = held ? 0 : logistic(input[x + hidden] + gates[z] + bias[hidden + j]);
      hReset[state] = gates[r] * hPrev[state];
    }
  }
}

/**
 * Second half, after `gruGates`: `candidate` `[batch, hidden]` holds U_n hReset, and is overwritten with
 * n = tanh(inputₙ + candidate + biasₙ); h = (1 − z)∘n + z∘hPrev. A held row gets n = 0 and h = hPrev.
 */
export function gruCandidate(
  batch: number,
  hidden: number,
  input: FloatArray,
  gates: FloatArray,
  bias: FloatArray,
  hPrev: FloatArray,
  candidate: FloatArray,
  h: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const x = (3 * row + 2) * hidden + j;
      const z = gates[(2 * row + 1) * hidden + j];
      const state = row * hidden + j;
      const n = held ? 0 : Math.tanh(input[x] + candidate[state] + bias[2 * hidden + j]);
      candidate[state] = n;
      h[state] = held ? hPrev[state] : (1 - z) * n + z * hPrev[state];
    }
  }
}

/**
 * Gradient of `gruCandidate`, from `gates` and `candidate` after it: with `dh` `[batch, hidden]`,
 *
 *     dn = dh∘(1 − z)∘(1 − n²),  dz = dh∘(hPrev − n)∘z(1 − z),  dhPrev += dh∘z.
 *
 * dn goes into the n part of `dInput` `[batch, 3·hidden]` and into `dCandidate` `[batch, hidden]`, dz into the z part;
 * the r part is left to `gruGatesGrad`. A held row gets dz = dn = 0 and dhPrev += dh.
 */
export function gruCandidateGrad(
  batch: number,
  hidden: number,
  gates: FloatArray,
  candidate: FloatArray,
  hPrev: FloatArray,
  dh: FloatArray,
  dhPrev: FloatArray,
  dInput: FloatArray,
  dCandidate: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [, dz, dn] = gateIndices(row, hidden, j);
      const state = row * hidden + j;
      const z = gates[(2 * row + 1) * hidden + j];
      const n = candidate[state];
      dInput[dn] = held ? 0 : dh[state] * (1 - z) * (1 - n ** 2);
      dInput[dz] = held ? 0 : dh[state] * (hPrev[state] - n) * z * (1 - z);
      dCandidate[state] = dInput[dn];
      dhPrev[state] += held ? dh[state] : dh[state] * z;
    }
  }
}

/**
 * Gradient of `gruGates`, after `gruCandidateGrad`: `dhReset` `[batch, hidden]` is ∂L/∂hReset, from U_nᵀ dCandidate.
 * The r part of `dInput` receives dr = dhReset∘hPrev∘r(1 − r), `dRecurrent` `[batch, 2·hidden]` receives (dr, dz), and
 * dhPrev += dhReset∘r. A held row gets dr = 0.
 */
export function gruGatesGrad(
  batch: number,
  hidden: number,
  gates: FloatArray,
  hPrev: FloatArray,
  dhReset: FloatArray,
  dhPrev: FloatArray,
  dInput: FloatArray,
  dRecurrent: FloatArray,
  lengths: Int32Array,
  step: number,
): void {
  for (let row = 0; row < batch; row++) {
    const held = step >= lengths[row];
    for (let j = 0; j < hidden; j++) {
      const [dr, dz] = gateIndices(row, hidden, j);
      const state = row * hidden + j;
      const product = 2 * row * hidden + j;
      const r = gates[product];
      dInput[dr] = held ? 0 : dhReset[state] * hPrev[state] * r * (1 - r);
      dRecurrent[product] = dInput[dr];
      dRecurrent[product + hidden] = held ? 0 : dInput[dz];
      if (!held) dhPrev[state] += dhReset[state] * r;
    }
  }
}

/** Where r, z and n of a unit are in an array `[batch, 3·hidden]`. */
function gateIndices(row: number, hidden: number, j: number): [number, number, number] {
  const r = row * 3 * hidden + j;
  return [r, r + hidden, r + 2 * hidden];
}
