import { sigmoidGate, tanhGate } from '../gates.simd';
import { held } from '../held.simd';
import { addTo, copyTo, flushed, load, madd, store } from '../vector.simd';

/** The kernels of this file: see gruCell/reference.ts. */
export function gruCell(
  batch: usize,
  hidden: usize,
  gates: usize,
  recurrent: usize,
  bias: usize,
  recurrentBias: usize,
  hPrev: usize,
  h: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(gates, 0, 3 * row);
      copyTo(hPrev, h, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const atR = gates + j;
        const r = sigmoidGate(atR, bias + j, load(recurrent + j, lanes), lanes);
        const z = sigmoidGate(atR + row, bias + j + row, load(recurrent + j + row, lanes), lanes);
        const atN = j + (row << 1);
        const product = f32x4.add(load(recurrent + atN, lanes), load(recurrentBias + j, lanes));
        store(recurrent + atN, product, lanes);
        const n = tanhGate(gates + atN, bias + atN, f32x4.mul(r, product), lanes);
        store(h + j, mix(z, n, load(hPrev + j, lanes)), lanes);
      }
    }
    gates += 3 * row;
    recurrent += 3 * row;
    hPrev += row;
    h += row;
  }
}

export function gruCellGrad(
  batch: usize,
  hidden: usize,
  gates: usize,
  recurrent: usize,
  hPrev: usize,
  dh: usize,
  dhPrev: usize,
  dGates: usize,
  dRecurrent: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(dGates, 0, 3 * row);
      memory.fill(dRecurrent, 0, 3 * row);
      addTo(dh, dhPrev, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const atZ = j + row;
        const atN = atZ + row;
        const r = load(gates + j, lanes);
        const dN = candidateGrad(row, gates + j, hPrev + j, dh + j, dhPrev + j, dGates + j, lanes);
        store(dRecurrent + atN, flushed(f32x4.mul(dN, r)), lanes);
        const dR = flushed(f32x4.mul(f32x4.mul(dN, load(recurrent + atN, lanes)), slope(r)));
        store(dGates + j, dR, lanes);
        store(dRecurrent + j, dR, lanes);
        store(dRecurrent + atZ, load(dGates + atZ, lanes), lanes);
      }
    }
    gates += 3 * row;
    recurrent += 3 * row;
    hPrev += row;
    dh += row;
    dhPrev += row;
    dGates += 3 * row;
    dRecurrent += 3 * row;
  }
}

export function gruGates(
  batch: usize,
  hidden: usize,
  gates: usize,
  recurrent: usize,
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
        const r = sigmoidGate(gates + j, bias + j, load(recurrent + j, lanes), lanes);
        sigmoidGate(gates + atZ, bias + atZ, load(recurrent + atZ, lanes), lanes);
        store(hReset + j, f32x4.mul(r, load(hPrev + j, lanes)), lanes);
      }
    }
    gates += 3 * row;
    recurrent += row << 1;
    hPrev += row;
    hReset += row;
  }
}

export function gruCandidate(
  batch: usize,
  hidden: usize,
  gates: usize,
  candidate: usize,
  bias: usize,
  hPrev: usize,
  h: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    const atN = gates + (row << 1);
    if (held(lengths, b, step)) {
      memory.fill(atN, 0, row);
      copyTo(hPrev, h, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const n = tanhGate(atN + j, bias + (row << 1) + j, load(candidate + j, lanes), lanes);
        store(h + j, mix(load(gates + row + j, lanes), n, load(hPrev + j, lanes)), lanes);
      }
    }
    gates += 3 * row;
    candidate += row;
    hPrev += row;
    h += row;
  }
}

export function gruCandidateGrad(
  batch: usize,
  hidden: usize,
  gates: usize,
  hPrev: usize,
  dh: usize,
  dhPrev: usize,
  dGates: usize,
  dCandidate: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(dGates + row, 0, row << 1);
      memory.fill(dCandidate, 0, row);
      addTo(dh, dhPrev, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const dN = candidateGrad(row, gates + j, hPrev + j, dh + j, dhPrev + j, dGates + j, lanes);
        store(dCandidate + j, dN, lanes);
      }
    }
    gates += 3 * row;
    hPrev += row;
    dh += row;
    dhPrev += row;
    dGates += 3 * row;
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
  dGates: usize,
  dRecurrent: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let b: usize = 0; b < batch; b++) {
    if (held(lengths, b, step)) {
      memory.fill(dGates, 0, row);
      memory.fill(dRecurrent, 0, row << 1);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const r = load(gates + j, lanes);
        const d = load(dhReset + j, lanes);
        const dR = flushed(f32x4.mul(f32x4.mul(d, load(hPrev + j, lanes)), slope(r)));
        store(dGates + j, dR, lanes);
        store(dRecurrent + j, dR, lanes);
        store(dRecurrent + row + j, load(dGates + row + j, lanes), lanes);
        store(dhPrev + j, madd(d, r, load(dhPrev + j, lanes)), lanes);
      }
    }
    gates += 3 * row;
    hPrev += row;
    dhReset += row;
    dhPrev += row;
    dGates += 3 * row;
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

/** dz and dn, which is returned, and dhPrev += dh∘z; the gates of one unit lie a row apart. */
@inline
function candidateGrad(
  row: usize,
  gates: usize,
  hPrev: usize,
  dh: usize,
  dhPrev: usize,
  dGates: usize,
  lanes: usize,
): v128 {
  const one = f32x4.splat(1);
  const z = load(gates + row, lanes);
  const n = load(gates + (row << 1), lanes);
  const d = load(dh, lanes);
  const dZ = f32x4.mul(f32x4.mul(d, f32x4.sub(load(hPrev, lanes), n)), slope(z));
  store(dGates + row, flushed(dZ), lanes);
  const dN = flushed(f32x4.mul(f32x4.mul(d, f32x4.sub(one, z)), f32x4.sub(one, f32x4.mul(n, n))));
  store(dGates + (row << 1), dN, lanes);
  store(dhPrev, madd(d, z, load(dhPrev, lanes)), lanes);
  return dN;
}
