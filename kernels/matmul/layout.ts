/** Columns of B that one packed panel holds, and that the SIMD tile computes at once. */
export const panelWidth = 8;

/** Elements that `packPanels` writes for a `[k, n]` matrix: ⌈n / 8⌉ panels of `[k, 8]`. */
export function packedSize(k: number, n: number): number {
  return Math.ceil(n / panelWidth) * panelWidth * k;
}
