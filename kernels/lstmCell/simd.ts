import { preActivation } from '../gates.simd';
import { held } from '../held.simd';
import { sigmoidLanes } from '../sigmoid/simd';
import { tanhLanes } from '../tanh/simd';
import { addTo, copyTo, flushed, load, madd, store } from '../vector.simd';

/** The kernels of this file: see lstmCell/reference.ts. */
export function lstmCell(
  batch: usize,
  hidden: usize,
  input: usize,
  gates: usize,
  bias: usize,
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
      let j: usize = 0;
      for (; j + 16 <= row; j += 16) {
        cell(row, input + j, gates + j, bias + j, cPrev + j, c + j, cTanh + j, h + j, 4);
      }
      const left = (row - j) >> 2;
      if (left > 0) cell(row, input + j, gates + j, bias + j, cPrev + j, c + j, cTanh + j, h + j, left);
    }
    input += row << 2;
    gates += row << 2;
    cPrev += row;
    c += row;
    cTanh += row;
    h += row;
  }
}

export function lstmCellGrad(
  batch: usize,
  hidden: usize,
  gates: usize,
  cPrev: usize,
  cTanh: usize,
  dh: usize,
  dc: usize,
  dGates: usize,
  lengths: usize,
  step: i32,
): void {
  const row = hidden << 2;
  for (let r: usize = 0; r < batch; r++) {
    if (held(lengths, r, step)) {
      memory.fill(dGates, 0, row << 2);
    } else {
      let j: usize = 0;
      for (; j + 16 <= row; j += 16) {
        cellGrad(row, gates + j, cPrev + j, cTanh + j, dh + j, dc + j, dGates + j, 4);
      }
      if (j < row) cellGrad(row, gates + j, cPrev + j, cTanh + j, dh + j, dc + j, dGates + j, (row - j) >> 2);
    }
    gates += row << 2;
    cPrev += row;
    cTanh += row;
    dh += row;
    dc += row;
    dGates += row << 2;
  }
}

export function holdRows(
  batch: usize,
  width: usize,
  previous: usize,
  current: usize,
  lengths: usize,
  step: i32,
): void {
  for (let r: usize = 0; r < batch; r++) {
    if (held(lengths, r, step)) copyTo(previous + ((r * width) << 2), current + ((r * width) << 2), width);
  }
}

export function passHeldRows(
  batch: usize,
  width: usize,
  dCurrent: usize,
  dPrevious: usize,
  lengths: usize,
  step: i32,
): void {
  for (let r: usize = 0; r < batch; r++) {
    if (held(lengths, r, step)) addTo(dCurrent + ((r * width) << 2), dPrevious + ((r * width) << 2), width);
  }
}

/** Up to four cells of a row; the gates of one cell lie a row apart. */
@inline
function cell(
  row: usize,
  input: usize,
  gates: usize,
  bias: usize,
  cPrev: usize,
  c: usize,
  cTanh: usize,
  h: usize,
  lanes: usize,
): void {
  const atF = row;
  const atG = row << 1;
  const atO = atF + atG;
  const i = sigmoidLanes(preActivation(input, gates, bias, lanes));
  store(gates, i, lanes);
  const f = sigmoidLanes(preActivation(input + atF, gates + atF, bias + atF, lanes));
  store(gates + atF, f, lanes);
  const g = tanhLanes(preActivation(input + atG, gates + atG, bias + atG, lanes));
  store(gates + atG, g, lanes);
  const o = sigmoidLanes(preActivation(input + atO, gates + atO, bias + atO, lanes));
  store(gates + atO, o, lanes);
  const state = madd(f, load(cPrev, lanes), f32x4.mul(i, g));
  store(c, state, lanes);
  const squashed = tanhLanes(state);
  store(cTanh, squashed, lanes);
  store(h, f32x4.mul(o, squashed), lanes);
}

@inline
function cellGrad(
  row: usize,
  gates: usize,
  cPrev: usize,
  cTanh: usize,
  dh: usize,
  dc: usize,
  dGates: usize,
  lanes: usize,
): void {
  const atF = row;
  const atG = row << 1;
  const atO = atF + atG;
  const one = f32x4.splat(1);
  const i = load(gates, lanes);
  const f = load(gates + atF, lanes);
  const g = load(gates + atG, lanes);
  const o = load(gates + atO, lanes);
  const t = load(cTanh, lanes);
  const dOutput = load(dh, lanes);
  const dState = madd(f32x4.mul(dOutput, o), f32x4.sub(one, f32x4.mul(t, t)), load(dc, lanes));
  store(dGates, flushed(f32x4.mul(f32x4.mul(dState, g), f32x4.mul(i, f32x4.sub(one, i)))), lanes);
  const dForget = f32x4.mul(dState, load(cPrev, lanes));
  store(dGates + atF, flushed(f32x4.mul(dForget, f32x4.mul(f, f32x4.sub(one, f)))), lanes);
  store(dGates + atG, flushed(f32x4.mul(f32x4.mul(dState, i), f32x4.sub(one, f32x4.mul(g, g)))), lanes);
  store(dGates + atO, flushed(f32x4.mul(f32x4.mul(dOutput, t), f32x4.mul(o, f32x4.sub(one, o)))), lanes);
  store(dc, flushed(f32x4.mul(dState, f)), lanes);
}
