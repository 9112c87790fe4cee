import { sigmoidGate, tanhGate } from '../gates.simd';
import { held } from '../held.simd';
import { tanhLanes } from '../tanh/simd';
import { addTo, copyTo, flushed, load, madd, store } from '../vector.simd';

/** The kernels of this file: see gruCell/reference.ts. */
export function gruCell(
  batch: usize,
  hidden: usize,
  input: usize,
  gates: usize,
  bias: usize,
  recurrentBias: usize,
  hPrev: usize,
  candidate: usize,
  h: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(gates, 0, 3 * row);
      memory.fill(candidate, 0, row);
      copyTo(hPrev, h, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const atZ = j + row;
        const atN = atZ + row;
        const r = sigmoidGate(gates + j, bias + j, load(input + j, lanes), lanes);
        const z = sigmoidGate(gates + atZ, bias + atZ, load(input + atZ, lanes), lanes);
        const product = f32x4.add(load(gates + atN, lanes), load(recurrentBias + j, lanes));
        store(gates + atN, product, lanes);
        const fromInput = f32x4.add(load(input + atN, lanes), load(bias + atN, lanes));
        const n = tanhLanes(madd(r, product, fromInput));
        store(candidate + j, n, lanes);
        store(h + j, mix(z, n, load(hPrev + j, lanes)), lanes);
      }
    }
    input += 3 * row;
    gates += 3 * row;
    hPrev += row;
    candidate += row;
    h += row;
  }
}

export function gruCellGrad(
  batch: usize,
  hidden: usize,
  gates: usize,
  candidate: usize,
  hPrev: usize,
  dh: usize,
  dhPrev: usize,
  dInput: usize,
  dRecurrent: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(dInput, 0, 3 * row);
      memory.fill(dRecurrent, 0, 3 * row);
      addTo(dh, dhPrev, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const atZ = j + row;
        const atN = atZ + row;
        const r = load(gates + j, lanes);
        const dN = candidateGrad(row, gates + j, candidate + j, hPrev + j, dh + j, dhPrev + j, dInput + j, lanes);
        store(dRecurrent + atN, flushed(f32x4.mul(dN, r)), lanes);
        const dR = flushed(f32x4.mul(f32x4.mul(dN, load(gates + atN, lanes)), slope(r)));
        store(dInput + j, dR, lanes);
        store(dRecurrent + j, dR, lanes);
        store(dRecurrent + atZ, load(dInput + atZ, lanes), lanes);
      }
    }
    gates += 3 * row;
    candidate += row;
    hPrev += row;
    dh += row;
    dhPrev += row;
    dInput += 3 * row;
    dRecurrent += 3 * row;
  }
}

export function gruGates(
  batch: usize,
  hidden: usize,
  input: usize,
  gates: usize,
  bias: usize,
  hPrev: usize,
  hReset: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(gates, 0, row << 1);
      memory.fill(hReset, 0, row);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const atZ = j + row;
        const r = sigmoidGate(gates + j, bias + j, load(input + j, lanes), lanes);
        sigmoidGate(gates + atZ, bias + atZ, load(input + atZ, lanes), lanes);
        store(hReset + j, f32x4.mul(r, load(hPrev + j, lanes)), lanes);
      }
    }
    input += 3 * row;
    gates += row << 1;
    hPrev += row;
    hReset += row;
  }
}

export function gruCandidate(
  batch: usize,
  hidden: usize,
  input: usize,
  gates: usize,
  bias: usize,
  hPrev: usize,
  candidate: usize,
  h: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(candidate, 0, row);
      copyTo(hPrev, h, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const atN = j + (row << 1);
        const n = tanhGate(candidate + j, bias + atN, load(input + atN, lanes), lanes);
        store(h + j, mix(load(gates + row + j, lanes), n, load(hPrev + j, lanes)), lanes);
      }
    }
    input += 3 * row;
    gates += row << 1;
    hPrev += row;
    candidate += row;
    h += row;
  }
}

export function gruCandidateGrad(
  batch: usize,
  hidden: usize,
  gates: usize,
  candidate: usize,
  hPrev: usize,
  dh: usize,
  dhPrev: usize,
  dInput: usize,
  dCandidate: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(dInput + row, 0, row << 1);
      memory.fill(dCandidate, 0, row);
      addTo(dh, dhPrev, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const dN = candidateGrad(row, gates + j, candidate + j, hPrev + j, dh + j, dhPrev + j, dInput + j, lanes);
        store(dCandidate + j, dN, lanes);
      }
    }
    gates += row << 1;
    candidate += row;
    hPrev += row;
    dh += row;
    dhPrev += row;
    dInput += 3 * row;
    dCandidate += row;
  }
}

export function gruGatesGrad(
  batch: usize,
  hidden: usize,
  gates: usize,
  hPrev: usize,
  dhReset: usize,
  dhPrev: usize,
  dInput: usize,
  dRecurrent: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(dInput, 0, row);
      memory.fill(dRecurrent, 0, row << 1);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const r = load(gates + j, lanes);
        const d = load(dhReset + j, lanes);
        const dR = flushed(f32x4.mul(f32x4.mul(d, load(hPrev + j, lanes)), slope(r)));
        store(dInput + j, dR, lanes);
        store(dRecurrent + j, dR, lanes);
        store(dRecurrent + row + j, load(dInput + row + j, lanes), lanes);
        store(dhPrev + j, madd(d, r, load(dhPrev + j, lanes)), lanes);
      }
    }
    gates += row << 1;
    hPrev += row;
    dhReset += row;
    dhPrev += row;
    dInput += 3 * row;
    dRecurrent += row << 1;
  }
}

/** (1 − z)∘n + z∘h. */
@inline
function mix(z: v128, n: v128, h: v128): v128 {
  return madd(z, f32x4.sub(h, n), n);
}

/** y(1 − y), the derivative of a sigmoid from its value. */
@inline
function slope(y: v128): v128 {
  return f32x4.mul(y, f32x4.sub(f32x4.splat(1), y));
}

/** dz and dn, which is returned, and dhPrev += dh∘z; gates of one unit lie a row apart. */
@inline
function candidateGrad(
  row: usize,
  gates: usize,
  candidate: usize,
  hPrev: usize,
  dh: usize,
  dhPrev: usize,
  dInput: usize,
  lanes: usize,
): v128 {
  const one = f32x4.splat(1);
  const z = load(gates + row, lanes);
  const n = load(candidate, lanes);
  const d = load(dh, lanes);
  const dZ = f32x4.mul(f32x4.mul(d, f32x4.sub(load(hPrev, lanes), n)), slope(z));
  store(dInput + row, flushed(dZ), lanes);
  const dN = flushed(f32x4.mul(f32x4.mul(d, f32x4.sub(one, z)), f32x4.sub(one, f32x4.mul(n, n))));
  store(dInput + (row << 1), dN, lanes);
  store(dhPrev, madd(d, z, load(dhPrev, lanes)), lanes);
  return dN;
}
