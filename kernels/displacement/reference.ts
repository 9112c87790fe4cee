import type { FloatArray } from '../types.ts';

/**
 * The matrix m `[n, n]` whose Sylvester displacement is p `[n, n]`: Z₁m − mZ₋₁ = p, where Z_f shifts down and has f
 * in its top right corner (Kailath, Kung and Morf, 1979; Sindhwani, Sainath and Kumar, 2015). For p = Σ gᵢhᵢᵀ this
 * is m = ½ Σ Z₁(gᵢ) Z₋₁(J hᵢ).
 *
 * Entry by entry the equation reads m[i, j + 1] = m[i − 1, j] − p[i, j] and, in the last column,
 * m[i, 0] = p[i, n − 1] − m[i − 1, n − 1], rows counted cyclically. Once around a diagonal that gives
 * m[i, 0] = ½ Σ_k p[i + k + 1, k].
 */
export function fromDisplacement(p: FloatArray, m: FloatArray, n: number): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += p[((i + k + 1) % n) * n + k];
    m[i * n] = sum / 2;
  }
  for (let j = 0; j < n - 1; j++) {
    for (let i = 0; i < n; i++) m[i * n + j + 1] = m[((i + n - 1) % n) * n + j] - p[i * n + j];
  }
}

/**
 * Transpose of the linear map `fromDisplacement`, hence its gradient: dp from dm, both `[n, n]`.
 *
 * From m[i, j] = ½ Σ_k ±p[i − j + k + 1, k], minus for k < j, follows dp[a, k] = ½ Σ_j ±dm[a − k − 1 + j, j], minus
 * for j > k, rows counted cyclically; one step down a diagonal is dp[i, j + 1] = dp[i − 1, j] + dm[i − 1, j + 1].
 */
export function fromDisplacementTranspose(dm: FloatArray, dp: FloatArray, n: number): void {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (j > 0 ? -1 : 1) * dm[((i + j + n - 1) % n) * n + j];
    dp[i * n] = sum / 2;
  }
  for (let j = 0; j < n - 1; j++) {
    for (let i = 0; i < n; i++) {
      const above = ((i + n - 1) % n) * n + j;
      dp[i * n + j + 1] = dp[above] + dm[above + 1];
    }
  }
}
