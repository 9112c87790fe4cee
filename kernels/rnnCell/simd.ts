import { preActivation } from '../gates.simd';
import { held } from '../held.simd';
import { tanhLanes } from '../tanh/simd';
import { addTo, copyTo, flushed, load, store } from '../vector.simd';

/** See rnnCell/reference.ts. */
export function rnnCell(
  batch: usize,
  hidden: usize,
  input: usize,
  recurrent: usize,
  bias: usize,
  hPrev: usize,
  h: usize,
  lengths: usize,
  step: i32,
  rectify: i32,
): void {
  const row = hidden << 2;
  for (let r: usize = 0; r < batch; r++) {
    if (held(lengths, r, step)) {
      copyTo(hPrev, h, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const a = preActivation(input + j, recurrent + j, bias + j, lanes);
        store(h + j, rectify ? f32x4.max(a, f32x4.splat(0)) : tanhLanes(a), lanes);
      }
    }
    input += row;
    recurrent += row;
    hPrev += row;
    h += row;
  }
}

/** See rnnCell/reference.ts. */
export function rnnCellGrad(
  batch: usize,
  hidden: usize,
  h: usize,
  dh: usize,
  dhPrev: usize,
  da: usize,
  lengths: usize,
  step: i32,
  rectify: i32,
): void {
  const row = hidden << 2;
  const one = f32x4.splat(1);
  for (let r: usize = 0; r < batch; r++) {
    if (held(lengths, r, step)) {
      memory.fill(da, 0, row);
      addTo(dh, dhPrev, hidden);
    } else {
      for (let j: usize = 0; j < row; j += 16) {
        const lanes = min<usize>(4, (row - j) >> 2);
        const y = load(h + j, lanes);
        const slope = rectify
          ? v128.and(f32x4.gt(y, f32x4.splat(0)), one)
          : f32x4.sub(one, f32x4.mul(y, y));
        store(da + j, flushed(f32x4.mul(load(dh + j, lanes), slope)), lanes);
      }
    }
    h += row;
    dh += row;
    dhPrev += row;
    da += row;
  }
}
