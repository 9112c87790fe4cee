/** Functions of a number that the sources of all GPU kernels may call. */
export const gpuFunctions: readonly string[] = [
  // Never the exponential of a positive number, which overflows.
  `function sigmoid(v) {
    const e = Math.exp(-Math.abs(v));
    if (v < 0) { return e / (1 + e); }
    return 1 / (1 + e);
  }`,
  // gpu.js's own is NaN for large arguments. Near 0, where 1 − e⁻²ˣ has few digits, its series.
  `function hyperbolicTangent(v) {
    const size = Math.abs(v);
    if (size < 0.35) {
      const q = v * v;
      return v * (1 + q * (-0.3333333333 + q * (0.1333333333 + q * (-0.053968254 + q * (0.0218694885 - q * 0.0088632355)))));
    }
    const e = Math.exp(-2 * size);
    if (v < 0) { return (e - 1) / (1 + e); }
    return (1 - e) / (1 + e);
  }`,
];
