import { load, madd, store } from '../vector.simd';

/** See sgd/reference.ts. */
export function sgd(
  n: usize,
  p: usize,
  g: usize,
  velocity: usize,
  learningRate: f64,
  momentum: f64,
  weightDecay: f64,
): void {
  const rate = f32x4.splat(<f32>-learningRate);
  const keep = f32x4.splat(<f32>momentum);
  const decay = f32x4.splat(<f32>weightDecay);
  for (; n > 0; ) {
    const lanes = min<usize>(n, 4);
    const parameter = load(p, lanes);
    const moved = madd(keep, load(velocity, lanes), madd(decay, parameter, load(g, lanes)));
    store(velocity, moved, lanes);
    store(p, madd(rate, moved, parameter), lanes);
    p += 16;
    g += 16;
    velocity += 16;
    n -= lanes;
  }
}
