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
  for (; n > 0; ) {
    const lanes = min<usize>(n, 4);
    const gradient = load(g, lanes);
    const mean = flushed(madd(keep1, load(m, lanes), f32x4.mul(take1, gradient)));
    const square = flushed(madd(keep2, load(v, lanes), f32x4.mul(take2, f32x4.mul(gradient, gradient))));
    const direction = f32x4.div(mean, f32x4.add(f32x4.sqrt(f32x4.mul(square, scale2)), floor));
    store(m, mean, lanes);
    store(v, square, lanes);
    store(p, madd(rate, direction, f32x4.mul(keep, load(p, lanes))), lanes);
    p += 16;
    g += 16;
    m += 16;
    v += 16;
    n -= lanes;
  }
}
