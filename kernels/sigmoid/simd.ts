import { expNormalLanes } from '../exp/simd';
import { load, loadTail, store, storeTail } from '../vector.simd';

/** See sigmoid/reference.ts. */
export function sigmoid(x: usize, y: usize, n: usize): void {
  for (; n >= 4; n -= 4) {
    v128.store(y, sigmoidLanes(v128.load(x)));
    x += 16;
    y += 16;
  }
  if (n > 0) storeTail(y, sigmoidLanes(loadTail(x, n)), n);
}

/** See sigmoid/reference.ts. */
export function sigmoidGrad(dy: usize, y: usize, dx: usize, n: usize): void {
  for (; n >= 4; n -= 4) {
    sigmoidGradLanes(dy, y, dx, 4);
    dy += 16;
    y += 16;
    dx += 16;
  }
  if (n > 0) sigmoidGradLanes(dy, y, dx, n);
}

@inline
export function sigmoidLanes(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, expNormalLanes(f32x4.neg(x))));
}

@inline
function sigmoidGradLanes(dy: usize, y: usize, dx: usize, lanes: usize): void {
  const value = load(y, lanes);
  const slope = f32x4.mul(value, f32x4.sub(f32x4.splat(1), value));
  store(dx, f32x4.mul(load(dy, lanes), slope), lanes);
}
