import { flushed, load, madd, store } from '../vector.simd';

/** See adam/reference.ts. */
export function adam(
  n: usize,
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  learningRate: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  correction1: f64,
  correction2: f64,
  weightDecay: f64,
): void {
  const keep = f32x4.splat(<f32>(1 - learningRate * weightDecay));
  const rate = f32x4.splat(<f32>(-learningRate / correction1));
  const keep1 = f32x4.splat(<f32>beta1);
  const take1 = f32x4.splat(<f32>(1 - beta1));
  const keep2 = f32x4.splat(<f32>beta2);
  const take2 = f32x4.splat(<f32>(1 - beta2));
  const scale2 = f32x4.splat(<f32>(1 / correction2));
  const floor = f32x4.splat(<f32>epsilon);
  for (; n >= 4; n -= 4) {
    move(p, g, m, v, keep, rate, keep1, take1, keep2, take2, scale2, floor, 4);
    p += 16;
    g += 16;
    m += 16;
    v += 16;
  }
  if (n > 0) move(p, g, m, v, keep, rate, keep1, take1, keep2, take2, scale2, floor, n);
}

/** Up to four lanes of the update; the vectors are `adam`'s factors, in every lane. */
@inline
function move(
  p: usize, g: usize, m: usize, v: usize,
  keep: v128, rate: v128, keep1: v128, take1: v128, keep2: v128, take2: v128, scale2: v128, floor: v128,
  lanes: usize,
): void {
  const gradient = load(g, lanes);
  const mean = flushed(madd(keep1, load(m, lanes), f32x4.mul(take1, gradient)));
  const square = flushed(madd(keep2, load(v, lanes), f32x4.mul(take2, f32x4.mul(gradient, gradient))));
  const direction = f32x4.div(mean, f32x4.add(f32x4.sqrt(f32x4.mul(square, scale2)), floor));
  store(m, mean, lanes);
  store(v, square, lanes);
  store(p, madd(rate, direction, f32x4.mul(keep, load(p, lanes))), lanes);
}
