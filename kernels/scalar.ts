/** 1 / (1 + e⁻ˣ), for reference kernels. */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
