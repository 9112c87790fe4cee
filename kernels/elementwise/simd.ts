import { loadTail, storeTail } from '../vector.simd';

const ADD = 0;
const SUBTRACT = 1;
const MULTIPLY = 2;
const DIVIDE = 3;
const MAXIMUM = 4;
const MINIMUM = 5;

const NEGATE = 0;
const ABSOLUTE = 1;
const SQUARE_ROOT = 2;
const RELU = 3;
const SIGN = 4;
const STEP = 5;

// Where a scalar operand stands as a vector while a binary kernel runs.
const aSplat = memory.data<f32>([0, 0, 0, 0], 16);
const bSplat = memory.data<f32>([0, 0, 0, 0], 16);

/** The kernels of this file: see elementwise/reference.ts. */
export function add(a: usize, b: usize, y: usize, n: usize, aSize: usize, bSize: usize): void {
  cyclic(ADD, a, b, y, n, aSize, bSize);
}
export function subtract(a: usize, b: usize, y: usize, n: usize, aSize: usize, bSize: usize): void {
  cyclic(SUBTRACT, a, b, y, n, aSize, bSize);
}
export function multiply(a: usize, b: usize, y: usize, n: usize, aSize: usize, bSize: usize): void {
  cyclic(MULTIPLY, a, b, y, n, aSize, bSize);
}
export function divide(a: usize, b: usize, y: usize, n: usize, aSize: usize, bSize: usize): void {
  cyclic(DIVIDE, a, b, y, n, aSize, bSize);
}
export function maximum(a: usize, b: usize, y: usize, n: usize, aSize: usize, bSize: usize): void {
  cyclic(MAXIMUM, a, b, y, n, aSize, bSize);
}
export function minimum(a: usize, b: usize, y: usize, n: usize, aSize: usize, bSize: usize): void {
  cyclic(MINIMUM, a, b, y, n, aSize, bSize);
}

export function negate(x: usize, y: usize, n: usize): void {
  each(NEGATE, x, y, n);
}
export function absolute(x: usize, y: usize, n: usize): void {
  each(ABSOLUTE, x, y, n);
}
export function squareRoot(x: usize, y: usize, n: usize): void {
  each(SQUARE_ROOT, x, y, n);
}
export function relu(x: usize, y: usize, n: usize): void {
  each(RELU, x, y, n);
}
export function sign(x: usize, y: usize, n: usize): void {
  each(SIGN, x, y, n);
}
export function step(x: usize, y: usize, n: usize): void {
  each(STEP, x, y, n);
}

export function scale(x: usize, y: usize, n: usize, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (; n >= 4; n -= 4) {
    v128.store(y, f32x4.mul(v128.load(x), factors));
    x += 16;
    y += 16;
  }
  if (n > 0) storeTail(y, f32x4.mul(loadTail(x, n), factors), n);
}

export function fill(y: usize, n: usize, value: f32): void {
  const values = f32x4.splat(value);
  for (; n >= 4; n -= 4) {
    v128.store(y, values);
    y += 16;
  }
  if (n > 0) storeTail(y, values, n);
}

export function sumSquares(x: usize, n: usize): f64 {
  let s0 = f64x2.splat(0), s1 = f64x2.splat(0), s2 = f64x2.splat(0), s3 = f64x2.splat(0);
  for (; n >= 8; n -= 8) {
    s0 = addSquares(s0, v128.load64_zero(x));
    s1 = addSquares(s1, v128.load64_zero(x, 8));
    s2 = addSquares(s2, v128.load64_zero(x, 16));
    s3 = addSquares(s3, v128.load64_zero(x, 24));
    x += 32;
  }
  const sum = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (; n > 0; n--) {
    const value: f64 = f32.load(x);
    total += value * value;
    x += 4;
  }
  return total;
}

/** sum + x², of the first two lanes of x. */
@inline
function addSquares(sum: v128, x: v128): v128 {
  const wide = f64x2.promote_low_f32x4(x);
  return f64x2.add(sum, f64x2.mul(wide, wide));
}

/** Runs of elements over which neither operand starts again; a scalar operand never does. */
@inline
function cyclic(op: i32, a: usize, b: usize, y: usize, n: usize, aSize: usize, bSize: usize): void {
  if (n == 0) return;
  let aStep: usize = 16;
  let bStep: usize = 16;
  if (aSize == 1) {
    v128.store(aSplat, v128.load32_splat(a));
    a = aSplat;
    aSize = n;
    aStep = 0;
  }
  if (bSize == 1) {
    v128.store(bSplat, v128.load32_splat(b));
    b = bSplat;
    bSize = n;
    bStep = 0;
  }
  let aNext = a;
  let bNext = b;
  let aLeft = aSize;
  let bLeft = bSize;
  while (true) {
    let run = min(n, min(aLeft, bLeft));
    n -= run;
    aLeft -= run;
    bLeft -= run;
    for (; run >= 4; run -= 4) {
      v128.store(y, combine(op, v128.load(aNext), v128.load(bNext)));
      aNext += aStep;
      bNext += bStep;
      y += 16;
    }
    if (run > 0) {
      storeTail(y, combine(op, loadTail(aNext, run), loadTail(bNext, run)), run);
      aNext += (run * aStep) >> 2;
      bNext += (run * bStep) >> 2;
      y += run << 2;
    }
    if (n == 0) return;
    if (aLeft == 0) {
      aNext = a;
      aLeft = aSize;
    }
    if (bLeft == 0) {
      bNext = b;
      bLeft = bSize;
    }
  }
}

@inline
function combine(op: i32, a: v128, b: v128): v128 {
  if (op == ADD) return f32x4.add(a, b);
  if (op == SUBTRACT) return f32x4.sub(a, b);
  if (op == MULTIPLY) return f32x4.mul(a, b);
  if (op == DIVIDE) return f32x4.div(a, b);
  if (op == MAXIMUM) return f32x4.max(a, b);
  return f32x4.min(a, b);
}

@inline
function each(op: i32, x: usize, y: usize, n: usize): void {
  for (; n >= 4; n -= 4) {
    v128.store(y, map(op, v128.load(x)));
    x += 16;
    y += 16;
  }
  if (n > 0) storeTail(y, map(op, loadTail(x, n)), n);
}

@inline
function map(op: i32, x: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  if (op == NEGATE) return f32x4.neg(x);
  if (op == ABSOLUTE) return f32x4.abs(x);
  if (op == SQUARE_ROOT) return f32x4.sqrt(x);
  if (op == RELU) return f32x4.max(x, zero);
  const positive = v128.and(f32x4.gt(x, zero), one);
  if (op == STEP) return positive;
  const negative = v128.and(f32x4.lt(x, zero), f32x4.splat(-1));
  const nonZero = f32x4.ne(x, zero);
  const signs = v128.or(positive, negative);
  const keep = v128.or(v128.not(nonZero), f32x4.ne(x, x));
  return v128.bitselect(x, signs, keep);
}
