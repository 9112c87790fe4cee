import type { FloatArray } from '../types.ts';

/**
 * One step of a simple recurrent cell (Elman, 1990) after its matrix products: h = φ(input + recurrent + bias) with
 * φ = tanh, or φ(x) = max(x, 0) when `rectify` is not 0. `input` holds W x and `recurrent` U hPrev; they, `hPrev` and `h`
 * are `[batch, hidden]`, `bias` is `[hidden]`. `h` may be `recurrent` itself.
 *
 * A row whose sequence has ended, step ≥ lengths[row] (`lengths` is `[batch]`), is held: h = hPrev.
 */
export function rnnCell(
  batch: number,
  hidden: number,
  input: FloatArray,
  recurrent: FloatArray,
  bias: FloatArray,
  hPrev: FloatArray,
  h: FloatArray,
  lengths: Int32Array,
  step: number,
  rectify: number,
): void {
  for (let row = 0; row < batch; row++) {
    for (let j = 0; j < hidden; j++) {
      const k = row * hidden + j;
      const a = input[k] + recurrent[k] + bias[j];
      if (step >= lengths[row]) h[k] = hPrev[k];
      else h[k] = rectify ? Math.max(a, 0) : Math.tanh(a);
    }
  }
}

/**
 * Gradient of `rnnCell`, from its output; all arrays `[batch, hidden]`: da = dh∘φ′, with φ′ = 1 − h² for tanh and
 * [h > 0] for the rectifier. A held row gets da = 0 and dhPrev += dh; other rows of dhPrev stay.
 */
export function rnnCellGrad(
  batch: number,
  hidden: number,
  h: FloatArray,
  dh: FloatArray,
  dhPrev: FloatArray,
  da: FloatArray,
  lengths: Int32Array,
  step: number,
  rectify: number,
): void {
  for (let row = 0; row < batch; row++) {
    for (let k = row * hidden; k < (row + 1) * hidden; k++) {
      if (step >= lengths[row]) {
        da[k] = 0;
        dhPrev[k] += dh[k];
      } else {
        const slope = rectify ? Number(h[k] > 0) : 1 - h[k] ** 2;
        da[k] = dh[k] * slope;
      }
    }
  }
}
