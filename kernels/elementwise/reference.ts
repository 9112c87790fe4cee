import type { FloatArray } from '../types.ts';

/**
 * A binary kernel: y[i] = a[i mod aSize] ∘ b[i mod bSize] for i < n.
 *
 * Cyclic operands cover equal shapes (size n), a suffix of the shape such as a bias row, and a scalar (size 1).
 */
type Binary = (a: FloatArray, b: FloatArray, y: FloatArray, n: number, aSize: number, bSize: number) => void;

/** y = a + b, cyclic operands. */
export const add: Binary = binary((a, b) => a + b);

/** y = a − b, cyclic operands. */
export const subtract: Binary = binary((a, b) => a - b);

/** y = a·b, cyclic operands. */
export const multiply: Binary = binary((a, b) => a * b);

/** y = a / b, cyclic operands. */
export const divide: Binary = binary((a, b) => a / b);

/** y = max(a, b), cyclic operands; NaN if either is NaN. */
export const maximum: Binary = binary(Math.max);

/** y = min(a, b), cyclic operands; NaN if either is NaN. */
export const minimum: Binary = binary(Math.min);

/** A unary kernel: y[i] = f(x[i]) for i < n. */
type Unary = (x: FloatArray, y: FloatArray, n: number) => void;

/** y = −x. */
export const negate: Unary = unary((x) => -x);

/** y = |x|. */
export const absolute: Unary = unary(Math.abs);

/** y = √x. */
export const squareRoot: Unary = unary(Math.sqrt);

/** y = max(x, 0), the rectified linear unit; NaN stays NaN. */
export const relu: Unary = unary((x) => Math.max(x, 0));

/** y = −1, 0 or 1, the sign of x; ±0 and NaN stay what they are. */
export const sign: Unary = unary(Math.sign);

/** y = 1 where x > 0, else 0: the derivative of `relu`. */
export const step: Unary = unary((x) => (x > 0 ? 1 : 0));

/** y = factor·x. */
export function scale(x: FloatArray, y: FloatArray, n: number, factor: number): void {
  for (let i = 0; i < n; i++) y[i] = x[i] * factor;
}

/** y = value. */
export function fill(y: FloatArray, n: number, value: number): void {
  for (let i = 0; i < n; i++) y[i] = value;
}

/** Σ x², accumulated in float64. */
export function sumSquares(x: FloatArray, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[i] * x[i];
  return sum;
}

function binary(f: (a: number, b: number) => number): Binary {
  return (a, b, y, n, aSize, bSize) => {
    for (let i = 0; i < n; i++) y[i] = f(a[i % aSize], b[i % bSize]);
  };
}

function unary(f: (x: number) => number): Unary {
  return (x, y, n) => {
    for (let i = 0; i < n; i++) y[i] = f(x[i]);
  };
}
