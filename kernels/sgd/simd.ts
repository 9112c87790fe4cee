import { flushed, load, madd, store } from '../vector.simd';

/** See sgd/reference.ts. */
export function sgd(n: usize, p: usize, g: usize, learningRate: f64, weightDecay: f64): void {
  const rate = f32x4.splat(<f32>-learningRate);
  const decay = f32x4.splat(<f32>weightDecay);
  for (; n > 0; ) {
    const lanes = min<usize>(n, 4);
    const parameter = load(p, lanes);
    store(p, madd(rate, madd(decay, parameter, load(g, lanes)), parameter), lanes);
    p += 16;
    g += 16;
    n -= lanes;
  }
}

/** See sgd/reference.ts. */
export function sgdMomentum(
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
    const pull = madd(decay, parameter, load(g, lanes));
    const moved = flushed(madd(keep, load(velocity, lanes), pull));
    store(velocity, moved, lanes);
    store(p, madd(rate, moved, parameter), lanes);
    p += 16;
    g += 16;
    velocity += 16;
    n -= lanes;
  }
}
