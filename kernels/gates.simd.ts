import { sigmoidLanes } from './sigmoid/simd';
import { tanhLanes } from './tanh/simd';
import { load, store } from './vector.simd';

/** a ← σ(a + bias + more) over up to four lanes; a function, as the many gates of the cells would be much code. */
export function sigmoidGate(a: usize, bias: usize, more: v128, lanes: usize): v128 {
  const y = sigmoidLanes(f32x4.add(f32x4.add(load(a, lanes), load(bias, lanes)), more));
  store(a, y, lanes);
  return y;
}

/** a ← tanh(a + bias + more) over up to four lanes. */
export function tanhGate(a: usize, bias: usize, more: v128, lanes: usize): v128 {
  const y = tanhLanes(f32x4.add(f32x4.add(load(a, lanes), load(bias, lanes)), more));
  store(a, y, lanes);
  return y;
}

/** W x + U hPrev + bias over up to four lanes. */
@inline
export function preActivation(input: usize, recurrent: usize, bias: usize, lanes: usize): v128 {
  return f32x4.add(f32x4.add(load(input, lanes), load(recurrent, lanes)), load(bias, lanes));
}
