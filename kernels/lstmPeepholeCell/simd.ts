import { sigmoidGate, tanhGate } from '../gates.simd';
import { held } from '../held.simd';
import { tanhLanes } from '../tanh/simd';
import { flushed, load, madd, store } from '../vector.simd';

/** See lstmPeepholeCell/reference.ts. */
export function lstmPeepholeCell(
  batch: usize,
  hidden: usize,
  input: usize,
  gates: usize,
  bias: usize,
  peepholes: usize,
  cPrev: usize,
  c: usize,
  cTanh: usize,
  h: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let r: usize = 0; r < batch; r++) {
    if (held(lengths, r, step)) {
      memory.fill(gates, 0, row << 2);
      memory.fill(cTanh, 0, row);
      memory.fill(h, 0, row);
      memory.copy(c, cPrev, row);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const atF = j + row;
        const atG = atF + row;
        const atO = atG + row;
        const before = load(cPrev + j, lanes);
        const toI = madd(load(peepholes + j, lanes), before, load(input + j, lanes));
        const i = sigmoidGate(gates + j, bias + j, toI, lanes);
        const toF = madd(load(peepholes + atF, lanes), before, load(input + atF, lanes));
        const f = sigmoidGate(gates + atF, bias + atF, toF, lanes);
        const g = tanhGate(gates + atG, bias + atG, load(input + atG, lanes), lanes);
        const state = madd(f, before, f32x4.mul(i, g));
        store(c + j, state, lanes);
        const toO = madd(load(peepholes + atG, lanes), state, load(input + atO, lanes));
        const o = sigmoidGate(gates + atO, bias + atO, toO, lanes);
        const t = tanhLanes(state);
        store(cTanh + j, t, lanes);
        store(h + j, f32x4.mul(o, t), lanes);
      }
    }
    input += row << 2;
    gates += row << 2;
    cPrev += row;
    c += row;
    cTanh += row;
    h += row;
  }
}

/** See lstmPeepholeCell/reference.ts. */
export function lstmPeepholeCellGrad(
  batch: usize,
  hidden: usize,
  gates: usize,
  peepholes: usize,
  cPrev: usize,
  c: usize,
  cTanh: usize,
  dh: usize,
  dc: usize,
  dGates: usize,
  dPeepholes: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  const one = f32x4.splat(1);
  for (let r: usize = 0; r < batch; r++) {
    if (held(lengths, r, step)) {
      memory.fill(dGates, 0, row << 2);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const atF = j + row;
        const atG = atF + row;
        const atO = atG + row;
        const before = load(cPrev + j, lanes);
        const t = load(cTanh + j, lanes);
        const dOutput = load(dh + j, lanes);
        const i = load(gates + j, lanes);
        const f = load(gates + atF, lanes);
        const g = load(gates + atG, lanes);
        const o = load(gates + atO, lanes);
        const dO = flushed(f32x4.mul(f32x4.mul(dOutput, t), slope(o)));
        store(dGates + atO, dO, lanes);
        const direct = madd(f32x4.mul(dOutput, o), f32x4.sub(one, f32x4.mul(t, t)), load(dc + j, lanes));
        const dState = madd(dO, load(peepholes + atG, lanes), direct);
        const dI = flushed(f32x4.mul(f32x4.mul(dState, g), slope(i)));
        store(dGates + j, dI, lanes);
        const dF = flushed(f32x4.mul(f32x4.mul(dState, before), slope(f)));
        store(dGates + atF, dF, lanes);
        const dG = flushed(f32x4.mul(f32x4.mul(dState, i), f32x4.sub(one, f32x4.mul(g, g))));
        store(dGates + atG, dG, lanes);
        const dInputs = madd(dF, load(peepholes + atF, lanes), f32x4.mul(dI, load(peepholes + j, lanes)));
        store(dc + j, flushed(madd(dState, f, dInputs)), lanes);
        addProduct(dPeepholes + j, dI, before, lanes);
        addProduct(dPeepholes + atF, dF, before, lanes);
        addProduct(dPeepholes + atG, dO, load(c + j, lanes), lanes);
      }
    }
    gates += row << 2;
    cPrev += row;
    c += row;
    cTanh += row;
    dh += row;
    dc += row;
    dGates += row << 2;
  }
}

@inline
function slope(y: v128): v128 {
  return f32x4.mul(y, f32x4.sub(f32x4.splat(1), y));
}

@inline
function addProduct(y: usize, a: v128, b: v128, lanes: usize): void {
  store(y, madd(a, b, load(y, lanes)), lanes);
}
