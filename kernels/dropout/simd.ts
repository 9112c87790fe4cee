import { loadTail, storeTail } from '../vector.simd';

/** See dropout/reference.ts. */
export function dropout(x: usize, y: usize, n: usize, rate: f64, seed: u32): void {
  const threshold = i32x4.splat(<i32>(<u32>Math.ceil(rate * 4294967296)));
  const factor = f32x4.splat(<f32>(1 / (1 - rate)));
  const key = mix(i32x4.splat(seed));
  const offset = mix(i32x4.splat(seed + 0x9e3779b9));
  const four = i32x4.splat(4);
  let index = i32x4(0, 1, 2, 3);
  for (; n >= 4; n -= 4) {
    v128.store(y, v128.and(f32x4.mul(v128.load(x), factor), kept(index, key, offset, threshold)));
    index = i32x4.add(index, four);
    x += 16;
    y += 16;
  }
  if (n > 0) {
    storeTail(y, v128.and(f32x4.mul(loadTail(x, n), factor), kept(index, key, offset, threshold)), n);
  }
}

@inline
function kept(index: v128, key: v128, offset: v128, threshold: v128): v128 {
  return i32x4.ge_u(mix(i32x4.add(mix(v128.xor(index, key)), offset)), threshold);
}

@inline
function mix(value: v128): v128 {
  let h = i32x4.mul(v128.xor(value, i32x4.shr_u(value, 16)), i32x4.splat(0x85ebca6b));
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 13)), i32x4.splat(0xc2b2ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}
