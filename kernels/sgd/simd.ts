import { flushed, load, madd, store } from '../vector.simd';

/** See sgd/reference.ts. */
export function sgd(n: usize, p: usize, g: usize, learningRate: f64, weightDecay: f64): void {
  const rate = f32x4.splat(<f32>-learningRate);
  const decay = f32x4.splat(<f32>weightDecay);
  for (; n >= 4; n -= 4) {
    descend(p, g, rate, decay, 4);
    p += 16;
    g += 16;
  }
  if (n > 0) descend(p, g, rate, decay, n);
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
  for (; n >= 4; n -= 4) {
    descendWithMomentum(p, g, velocity, rate, keep, decay, 4);
    p += 16;
    g += 16;
    velocity += 16;
  }
  if (n > 0) descendWithMomentum(p, g, velocity, rate, keep, decay, n);
}

/** p ← p + rate (g + decay p) over up to four lanes. */
@inline
function descend(p: usize, g: usize, rate: v128, decay: v128, lanes: usize): void {
  const parameter = load(p, lanes);
  store(p, madd(rate, madd(decay, parameter, load(g, lanes)), parameter), lanes);
}

/** velocity ← keep velocity + g + decay p, p ← p + rate velocity over up to four lanes. */
@inline
function descendWithMomentum(
  p: usize, g: usize, velocity: usize, rate: v128, keep: v128, decay: v128, lanes: usize,
): void {
  const parameter = load(p, lanes);
  const pull = madd(decay, parameter, load(g, lanes));
  const moved = flushed(madd(keep, load(velocity, lanes), pull));
  store(velocity, moved, lanes);
  store(p, madd(rate, moved, parameter), lanes);
}
