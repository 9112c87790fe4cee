import { constant, madd, nmadd } from '../vector.simd';
import { multiplySpectrum } from './chunk.simd';

// Cosines and sines of 2π/5 and 4π/5, a half and the sine of 2π/3.
const angles = memory.data<f32>([0.30901699, -0.80901699, 0.95105652, 0.58778525, 0.5, 0.8660254], 16);

// An element of a chunk is 32 bytes: real parts of four lanes, then imaginary ones. An entry of the tables is 8.

/** See fft/chunk.ts: in place; `table` is the half of the twiddles that belongs to xⁿ = 1 or xⁿ = −1. */
export function transform(n: usize, table: usize, chunk: usize): void {
  forwardPasses(n, n, table, chunk);
}

/** See fft/chunk.ts: the passes of `transform`, last one first. */
export function transformBack(n: usize, table: usize, chunk: usize): void {
  backPasses(n, n, table, chunk);
}

/**
 * y = F*(spectrum∘x), x and y chunks, or with its conjugate. A transform that ends in pairs has the product in their pass,
 * which has little else to do.
 */
@inline
export function transformBackTimes(
  n: usize,
  table: usize,
  x: usize,
  spectrum: usize,
  conjugate: bool,
  y: usize,
): void {
  if (endsInPairs(n)) timesInPairs(n, table + ((n / 2 - 1) << 3), x, spectrum, conjugate, y);
  else multiplySpectrum(n, x, spectrum, y, conjugate, false);
  backPasses(n, endsInPairs(n) ? n / 2 : n, table, y);
}

/** The chunk's transform in its place, and sum += spectrum∘it, or its conjugate; see `transformBackTimes`. */
@inline
export function transformAndAdd(
  n: usize,
  table: usize,
  chunk: usize,
  spectrum: usize,
  conjugate: bool,
  sum: usize,
): void {
  forwardPasses(n, endsInPairs(n) ? n / 2 : n, table, chunk);
  if (endsInPairs(n)) addInPairs(n, table + ((n / 2 - 1) << 3), chunk, spectrum, conjugate, sum);
  else multiplySpectrum(n, chunk, spectrum, sum, conjugate, true);
}

/** Whether the last pass of a transform has radix 2. */
@inline
function endsInPairs(n: usize): bool {
  return (ctz(n) & 1) != 0;
}

/** The passes of a forward transform up to `until` parts. */
function forwardPasses(n: usize, until: usize, table: usize, chunk: usize): void {
  let blocks: usize = 1;
  while (blocks < until) {
    const left = n / blocks;
    const radix: usize = left % 4 == 0 ? 4 : left % 3 == 0 ? 3 : left % 5 == 0 ? 5 : 2;
    const step = (left / radix) << 5;
    if (radix == 4) pass4(false, blocks, step, table, chunk);
    else if (radix == 2) pass2(false, blocks, step, table, chunk);
    else if (radix == 3) pass3(false, blocks, step, table, chunk);
    else pass5(false, blocks, step, table, chunk);
    table += (blocks * (radix - 1)) << 3;
    blocks *= radix;
  }
}

/** The passes of a backward transform from `blocks` parts on. */
function backPasses(n: usize, blocks: usize, table: usize, chunk: usize): void {
  table += (blocks - 1) << 3;
  while (blocks > 1) {
    const radix: usize = endsInPairs(blocks) ? 2 : blocks % 5 == 0 ? 5 : blocks % 3 == 0 ? 3 : 4;
    const step = (n / blocks) << 5;
    blocks /= radix;
    table -= (blocks * (radix - 1)) << 3;
    if (radix == 4) pass4(true, blocks, step, table, chunk);
    else if (radix == 2) pass2(true, blocks, step, table, chunk);
    else if (radix == 3) pass3(true, blocks, step, table, chunk);
    else pass5(true, blocks, step, table, chunk);
  }
}

/** y = the first pass back of spectrum∘x, of radix 2. */
@inline
function timesInPairs(n: usize, table: usize, x: usize, spectrum: usize, conjugate: bool, y: usize): void {
  for (const end = x + (n << 5); x < end; x += 64) {
    const r0 = product(false, conjugate, x, spectrum), i0 = product(true, conjugate, x, spectrum);
    const r1 = product(false, conjugate, x + 32, spectrum + 8), i1 = product(true, conjugate, x + 32, spectrum + 8);
    put(y, f32x4.add(r0, r1), f32x4.add(i0, i1));
    putEntry(true, y + 32, f32x4.sub(r0, r1), f32x4.sub(i0, i1), table);
    table += 8;
    spectrum += 16;
    y += 64;
  }
}

/** The last pass forward, of radix 2, and sum += spectrum∘chunk. */
@inline
function addInPairs(n: usize, table: usize, chunk: usize, spectrum: usize, conjugate: bool, sum: usize): void {
  for (const end = chunk + (n << 5); chunk < end; chunk += 64) {
    const r0 = v128.load(chunk), i0 = v128.load(chunk, 16);
    const x1 = v128.load(chunk, 32), y1 = v128.load(chunk, 48);
    const r1 = reEntry(x1, y1, table), i1 = imEntry(x1, y1, table);
    putAndAdd(chunk, f32x4.add(r0, r1), f32x4.add(i0, i1), conjugate, spectrum, sum);
    putAndAdd(chunk + 32, f32x4.sub(r0, r1), f32x4.sub(i0, i1), conjugate, spectrum + 8, sum + 32);
    table += 8;
    spectrum += 16;
    sum += 64;
  }
}

/** The real or the imaginary part of an element times an entry of a spectrum. */
@inline
function product(imaginary: bool, conjugate: bool, p: usize, entry: usize): v128 {
  const x = v128.load(p), y = v128.load(p, 16);
  const c = v128.load32_splat(entry), s = v128.load32_splat(entry, 4);
  return imaginary ? im(conjugate, x, y, c, s) : re(conjugate, x, y, c, s);
}

@inline
function putAndAdd(p: usize, x: v128, y: v128, conjugate: bool, entry: usize, sum: usize): void {
  put(p, x, y);
  const c = v128.load32_splat(entry), s = v128.load32_splat(entry, 4);
  const r = f32x4.add(v128.load(sum), re(conjugate, x, y, c, s));
  const i = f32x4.add(v128.load(sum, 16), im(conjugate, x, y, c, s));
  put(sum, r, i);
}

/** A pass takes each of `blocks` runs of `radix` parts, `step` bytes each; backwards it multiplies last, by conj(c). */
@inline
function pass2(back: bool, blocks: usize, step: usize, table: usize, p: usize): void {
  for (; blocks > 0; blocks--) {
    const c = v128.load32_splat(table);
    const s = v128.load32_splat(table, 4);
    for (const end = p + step; p < end; p += 32) {
      const r0 = v128.load(p);
      const i0 = v128.load(p, 16);
      let r1 = v128.load(p + step);
      let i1 = v128.load(p + step, 16);
      if (!back) {
        const r = r1;
        r1 = re(false, r, i1, c, s);
        i1 = im(false, r, i1, c, s);
      }
      put(p, f32x4.add(r0, r1), f32x4.add(i0, i1));
      putProduct(back, p + step, f32x4.sub(r0, r1), f32x4.sub(i0, i1), c, s);
    }
    table += 8;
    p += step;
  }
}

@inline
function pass3(back: bool, blocks: usize, step: usize, table: usize, p: usize): void {
  const half = constant(angles + 16), sine = constant(angles + 20);
  for (; blocks > 0; blocks--) {
    const c1 = v128.load32_splat(table);
    const s1 = v128.load32_splat(table, 4);
    const c2 = v128.load32_splat(table, 8);
    const s2 = v128.load32_splat(table, 12);
    for (const end = p + step; p < end; p += 32) {
      const p1 = p + step;
      const p2 = p1 + step;
      const x1 = v128.load(p1), y1 = v128.load(p1, 16);
      const x2 = v128.load(p2), y2 = v128.load(p2, 16);
      const r1 = back ? x1 : re(false, x1, y1, c1, s1);
      const i1 = back ? y1 : im(false, x1, y1, c1, s1);
      const r2 = back ? x2 : re(false, x2, y2, c2, s2);
      const i2 = back ? y2 : im(false, x2, y2, c2, s2);
      const r0 = v128.load(p), i0 = v128.load(p, 16);
      const rs = f32x4.add(r1, r2), is = f32x4.add(i1, i2);
      const rd = f32x4.mul(difference(back, r1, r2), sine), id = f32x4.mul(difference(back, i1, i2), sine);
      put(p, f32x4.add(r0, rs), f32x4.add(i0, is));
      const rt = nmadd(half, rs, r0), it = nmadd(half, is, i0);
      putProduct(back, p1, f32x4.add(rt, id), f32x4.sub(it, rd), c1, s1);
      putProduct(back, p2, f32x4.sub(rt, id), f32x4.add(it, rd), c2, s2);
    }
    table += 16;
    p += 2 * step;
  }
}

@inline
function pass4(back: bool, blocks: usize, step: usize, table: usize, p: usize): void {
  for (; blocks > 0; blocks--) {
    const c1 = v128.load32_splat(table);
    const s1 = v128.load32_splat(table, 4);
    const c2 = v128.load32_splat(table, 8);
    const s2 = v128.load32_splat(table, 12);
    const c3 = v128.load32_splat(table, 16);
    const s3 = v128.load32_splat(table, 20);
    for (const end = p + step; p < end; p += 32) {
      const p1 = p + step;
      const p2 = p1 + step;
      const p3 = p2 + step;
      const x2 = v128.load(p2), y2 = v128.load(p2, 16);
      const r2 = back ? x2 : re(false, x2, y2, c2, s2);
      const i2 = back ? y2 : im(false, x2, y2, c2, s2);
      const r0 = v128.load(p), i0 = v128.load(p, 16);
      const rs02 = f32x4.add(r0, r2), is02 = f32x4.add(i0, i2);
      // Forward, the six constants are needed from here on: differences that wait in memory leave registers for them.
      if (!back) put(p2, f32x4.sub(r0, r2), f32x4.sub(i0, i2));
      const x1 = v128.load(p1), y1 = v128.load(p1, 16);
      const x3 = v128.load(p3), y3 = v128.load(p3, 16);
      const r1 = back ? x1 : re(false, x1, y1, c1, s1);
      const i1 = back ? y1 : im(false, x1, y1, c1, s1);
      const r3 = back ? x3 : re(false, x3, y3, c3, s3);
      const i3 = back ? y3 : im(false, x3, y3, c3, s3);
      const rs13 = f32x4.add(r1, r3), is13 = f32x4.add(i1, i3);
      const rd13 = difference(back, r1, r3), id13 = difference(back, i1, i3);
      put(p, f32x4.add(rs02, rs13), f32x4.add(is02, is13));
      const rd02 = back ? f32x4.sub(r0, r2) : v128.load(p2);
      const id02 = back ? f32x4.sub(i0, i2) : v128.load(p2, 16);
      putProduct(back, p2, f32x4.sub(rs02, rs13), f32x4.sub(is02, is13), c2, s2);
      putProduct(back, p1, f32x4.add(rd02, id13), f32x4.sub(id02, rd13), c1, s1);
      putProduct(back, p3, f32x4.sub(rd02, id13), f32x4.add(id02, rd13), c3, s3);
    }
    table += 24;
    p += 3 * step;
  }
}

@inline
function pass5(back: bool, blocks: usize, step: usize, table: usize, p: usize): void {
  const cos1 = constant(angles), cos2 = constant(angles + 4);
  const sin1 = constant(angles + 8), sin2 = constant(angles + 12);
  for (; blocks > 0; blocks--) {
    for (const end = p + step; p < end; p += 32) {
      const p1 = p + step;
      const p2 = p1 + step;
      const p3 = p2 + step;
      const p4 = p3 + step;
      const x1 = v128.load(p1), y1 = v128.load(p1, 16);
      const x4 = v128.load(p4), y4 = v128.load(p4, 16);
      const r1 = back ? x1 : reEntry(x1, y1, table), i1 = back ? y1 : imEntry(x1, y1, table);
      const r4 = back ? x4 : reEntry(x4, y4, table + 24), i4 = back ? y4 : imEntry(x4, y4, table + 24);
      const rs1 = f32x4.add(r1, r4), is1 = f32x4.add(i1, i4);
      const rd1 = difference(back, r1, r4), id1 = difference(back, i1, i4);
      const x2 = v128.load(p2), y2 = v128.load(p2, 16);
      const x3 = v128.load(p3), y3 = v128.load(p3, 16);
      const r2 = back ? x2 : reEntry(x2, y2, table + 8), i2 = back ? y2 : imEntry(x2, y2, table + 8);
      const r3 = back ? x3 : reEntry(x3, y3, table + 16), i3 = back ? y3 : imEntry(x3, y3, table + 16);
      const rs2 = f32x4.add(r2, r3), is2 = f32x4.add(i2, i3);
      const rd2 = difference(back, r2, r3), id2 = difference(back, i2, i3);
      const r0 = v128.load(p), i0 = v128.load(p, 16);
      put(p, f32x4.add(r0, f32x4.add(rs1, rs2)), f32x4.add(i0, f32x4.add(is1, is2)));
      let rt = madd(cos2, rs2, madd(cos1, rs1, r0)), it = madd(cos2, is2, madd(cos1, is1, i0));
      let ru = madd(sin2, rd2, f32x4.mul(sin1, rd1)), iu = madd(sin2, id2, f32x4.mul(sin1, id1));
      putEntry(back, p1, f32x4.add(rt, iu), f32x4.sub(it, ru), table);
      putEntry(back, p4, f32x4.sub(rt, iu), f32x4.add(it, ru), table + 24);
      rt = madd(cos1, rs2, madd(cos2, rs1, r0));
      it = madd(cos1, is2, madd(cos2, is1, i0));
      ru = nmadd(sin1, rd2, f32x4.mul(sin2, rd1));
      iu = nmadd(sin1, id2, f32x4.mul(sin2, id1));
      putEntry(back, p2, f32x4.add(rt, iu), f32x4.sub(it, ru), table + 8);
      putEntry(back, p3, f32x4.sub(rt, iu), f32x4.add(it, ru), table + 16);
    }
    table += 32;
    p += 4 * step;
  }
}

/** Real part of (x + iy)(c + is), or of (x + iy)(c − is). */
@inline
export function re(conjugate: bool, x: v128, y: v128, c: v128, s: v128): v128 {
  return conjugate ? madd(y, s, f32x4.mul(x, c)) : nmadd(y, s, f32x4.mul(x, c));
}

/** Imaginary part of (x + iy)(c + is), or of (x + iy)(c − is). */
@inline
export function im(conjugate: bool, x: v128, y: v128, c: v128, s: v128): v128 {
  return conjugate ? nmadd(x, s, f32x4.mul(y, c)) : madd(x, s, f32x4.mul(y, c));
}

/** a − b; backwards b − a, which turns the −i that follows into the i of the conjugate. */
@inline
function difference(back: bool, a: v128, b: v128): v128 {
  return back ? f32x4.sub(b, a) : f32x4.sub(a, b);
}

@inline
function put(p: usize, x: v128, y: v128): void {
  v128.store(p, x);
  v128.store(p, y, 16);
}

/** Stores x + iy, on the way back times c − is. */
@inline
function putProduct(back: bool, p: usize, x: v128, y: v128, c: v128, s: v128): void {
  put(p, back ? re(true, x, y, c, s) : x, back ? im(true, x, y, c, s) : y);
}

/** `putProduct` with c and s from the table. */
@inline
function putEntry(back: bool, p: usize, x: v128, y: v128, entry: usize): void {
  putProduct(back, p, x, y, v128.load32_splat(entry), v128.load32_splat(entry, 4));
}

/** Real part of (x + iy)(c + is), c and s from the table. */
@inline
function reEntry(x: v128, y: v128, entry: usize): v128 {
  return re(false, x, y, v128.load32_splat(entry), v128.load32_splat(entry, 4));
}

/** Imaginary part of (x + iy)(c + is), c and s from the table. */
@inline
function imEntry(x: v128, y: v128, entry: usize): v128 {
  return im(false, x, y, v128.load32_splat(entry), v128.load32_splat(entry, 4));
}
