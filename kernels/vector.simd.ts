/** Lane helpers that the SIMD kernels share. A tail is the last one to three elements of a row. */

// Both builds are kept beside each other, and compress to little more than one where they are alike. So the product and the
// sum of a multiply-add are instructions that no kernel needs, of types that fit; src/backends/wasm/moduleBytes.ts puts two
// others or a fused one in their places.

/** a·b + c in each lane; rounded once in the relaxed build, twice in the base build. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_max(f32x4.relaxed_min(a, b), c);
}

/** c − a·b in each lane, rounded like `madd`. */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (isDefined(USE_FMA)) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** `madd` for two float64 lanes. */
@inline
export function madd64(a: v128, b: v128, c: v128): v128 {
  return f64x2.relaxed_max(f64x2.relaxed_min(a, b), c);
}

/**
 * The float32 constant at an address, in every lane. Constants stand in memory because V8 builds a `v128.const`
 * anew, with several instructions, each time a loop comes by.
 */
@inline
export function constant(address: usize): v128 {
  return v128.load32_splat(address);
}

/** The float64 constant at an address, in both lanes. */
@inline
export function constant64(address: usize): v128 {
  return v128.load64_splat(address);
}

// 2⁻¹⁰⁰, whose products with anything that occurs in a network are ordinary numbers.
const tiny = memory.data<f32>([7.888609e-31], 16);

/**
 * Lanes below 2⁻¹⁰⁰ in magnitude become 0, for gradients and moments that fade: processors take many times as long for
 * products that are too small for a full-precision float32.
 */
@inline
export function flushed(v: v128): v128 {
  return v128.andnot(v, f32x4.lt(f32x4.abs(v), constant(tiny)));
}

/** Loads `lanes` elements, 1 to 4; `lanes` is a literal or the length of a tail. */
@inline
export function load(address: usize, lanes: usize): v128 {
  return lanes == 4 ? v128.load(address) : loadTail(address, lanes);
}

/** Stores the first `lanes` lanes, 1 to 4. */
@inline
export function store(address: usize, value: v128, lanes: usize): void {
  if (lanes == 4) v128.store(address, value);
  else storeTail(address, value, lanes);
}

/** Loads 1 to 3 elements; the other lanes are 0. */
export function loadTail(address: usize, lanes: usize): v128 {
  if (lanes == 1) return v128.load32_zero(address);
  const low = v128.load64_zero(address);
  return lanes == 2 ? low : v128.load32_lane(address, low, 2, 8);
}

/** Stores the first 1 to 3 lanes. */
export function storeTail(address: usize, value: v128, lanes: usize): void {
  if (lanes == 1) {
    v128.store32_lane(address, value, 0);
    return;
  }
  v128.store64_lane(address, value, 0);
  if (lanes == 3) v128.store32_lane(address, value, 2, 8);
}

/** Sum of the four lanes. */
@inline
export function sumLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** Largest of the four lanes; NaN if one is. */
@inline
export function maxLanes(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

/** Writes the transpose of the 4×4 block at `from` to `to`; row strides in bytes. */
@inline
export function transpose4(from: usize, fromRow: usize, to: usize, toRow: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + fromRow);
  const r2 = v128.load(from + 2 * fromRow);
  const r3 = v128.load(from + 3 * fromRow);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to + toRow, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(to + 2 * toRow, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(to + 3 * toRow, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/** y += x over n elements. */
export function addTo(x: usize, y: usize, n: usize): void {
  for (; n >= 4; n -= 4) {
    v128.store(y, f32x4.add(v128.load(y), v128.load(x)));
    x += 16;
    y += 16;
  }
  if (n > 0) storeTail(y, f32x4.add(loadTail(y, n), loadTail(x, n)), n);
}

/** y = x over n elements; quicker than `memory.copy` for short rows. */
export function copyTo(x: usize, y: usize, n: usize): void {
  if (n > 128) {
    memory.copy(y, x, n << 2);
    return;
  }
  for (; n >= 4; n -= 4) {
    v128.store(y, v128.load(x));
    x += 16;
    y += 16;
  }
  if (n > 0) storeTail(y, loadTail(x, n), n);
}
