/* Functions that the sources of GPU kernels begin with. */

/** Never the exponential of a positive number, which overflows. */
export const sigmoidSource = `
function sigmoid(v) {
  const e = Math.exp(-Math.abs(v));
  let s = 1 / (1 + e);
  if (v < 0) { s = e * s; }
  return s;
}`;

/** gpu.js's own is NaN for large arguments; near 0, where 1 − e⁻²ˣ has few digits, its series. */
export const tanhSource = `
function hyperbolicTangent(v) {
  const size = Math.abs(v);
  const square = v * v;
  let t = v * (1 + square * (-0.3333333333 + square * (0.1333333333 + square * (-0.0539682540 + square * (0.0218694885 - square * 0.0088632355)))));
  if (size > 0.35) {
    const e = Math.exp(-2 * size);
    t = (1 - e) / (1 + e);
    if (v < 0) { t = -t; }
  }
  return t;
}`;
