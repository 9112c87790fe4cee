import { dot } from './matrix.ts';

/** A linear map of vectors that is known by what it does. */
export interface LinearOperator {
  apply(x: Float64Array): Float64Array;
  applyTranspose(y: Float64Array): Float64Array;
}

/**
 * An x that makes ‖A x − target‖ small, by conjugate gradients on the normal equations (Hestenes & Stiefel 1952). No step
 * makes the residual longer, so the result is never worse than `start`. Ends after `steps`, or when the gradient has
 * fallen to 10⁻¹³ of what it was at the start or is at zero.
 */
export function leastSquares(
  operator: LinearOperator,
  target: Float64Array,
  start: Float64Array,
  steps: number,
): { readonly x: Float64Array; readonly residual: Float64Array } {
  const x = start.slice();
  const product = operator.apply(x);
  const residual = target.map((value, i) => value - product[i]);
  let gradient = operator.applyTranspose(residual);
  let square = dot(gradient, gradient);
  const whole = operator.applyTranspose(target);
  const enough = 1e-26 * Math.max(square, dot(whole, whole));
  const direction = gradient.slice();
  for (let step = 0; step < steps && square > enough; step++) {
    const change = operator.apply(direction);
    const stretch = dot(change, change);
    // What is left of the gradient is rounding error.
    if (stretch === 0) break;
    const length = square / stretch;
    for (let i = 0; i < x.length; i++) x[i] += length * direction[i];
    for (let i = 0; i < residual.length; i++) residual[i] -= length * change[i];
    gradient = operator.applyTranspose(residual);
    const next = dot(gradient, gradient);
    for (let i = 0; i < x.length; i++) direction[i] = gradient[i] + (next / square) * direction[i];
    square = next;
  }
  return { x, residual };
}
