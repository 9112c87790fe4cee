/**
 * Scratch memory of the kernels. It lies after the module's static data instead of in it, which would put its
 * zeros into the binary; the host allocates from `heapBase` on.
 */
export const scratch: usize = (__heap_base + 63) & ~63;

/** Bytes of scratch: one packed block of A, two panels of B and one tile of C (see matmul). */
export const scratchSize: usize = 252 * 512 * 4 + 2 * 512 * 8 * 4 + 6 * 8 * 4;

/** First address that the host may use. */
export const heapBase: usize = scratch + scratchSize;
