/** Rows that are transformed together: two real ones as one complex, in each of four SIMD lanes. */
export const chunkRows = 8;

/** Floats of the transform of 8 rows of n values: at each of the n points, 4 real and 4 imaginary parts. */
export function chunkSize(n: number): number {
  return chunkRows * n;
}

/** Floats of a spectrum of n points: pairs of a real and an imaginary part. */
export function spectrumSize(n: number): number {
  return 2 * n;
}

/** Floats that `circulantProduct` keeps for its gradient: the transformed input. */
export function circulantSavedSize(batch: number, n: number): number {
  return Math.ceil(batch / chunkRows) * chunkSize(n);
}

/** Floats that `toeplitzLikeProduct` keeps for its gradient: the transformed input, and one more transform a term. */
export function toeplitzLikeSavedSize(batch: number, n: number, blocks: number, rank: number): number {
  return Math.ceil(batch / chunkRows) * (1 + blocks * rank) * chunkSize(n);
}

/** Floats of the workspace of the kernels with transforms of n points: three chunks. */
export function transformWorkspaceSize(n: number): number {
  return 3 * chunkSize(n);
}

/** Whether 2, 3 and 5 are the only primes that divide n, the lengths that every backend transforms. */
export function isSmooth(n: number): boolean {
  return n >= 1 && Number.isSafeInteger(n) && radices(n).every((radix) => radix <= 5);
}

/** Time that a pass of each radix takes over the points, as measured; that of radix 4 is 1. */
const passTimes: Readonly<Record<number, number>> = { 2: 0.65, 3: 0.85, 4: 1, 5: 1.45 };

/** The length of at least `least` points whose transform takes the least time; the shortest of those. */
export function quickestLength(least: number): number {
  let [best, bestTime] = [least, Number.POSITIVE_INFINITY];
  // The next power of two is among them, and no longer than twice as long.
  for (let n = least; n < 2 * least; n++) {
    if (!isSmooth(n)) continue;
    const time = n * radices(n).reduce((total, radix) => total + passTimes[radix], 0);
    if (time < bestTime) [best, bestTime] = [n, time];
  }
  return best;
}

/** Factors of n in the order in which a forward transform takes them: fours, threes, fives, larger primes, a two. */
export function radices(n: number): number[] {
  const found: number[] = [];
  let left = n;
  const take = (radix: number) => {
    for (; left % radix === 0; left /= radix) found.push(radix);
  };
  take(4);
  const isEven = left % 2 === 0;
  if (isEven) left /= 2;
  for (let prime = 3; prime * prime <= left; prime++) take(prime);
  if (left > 1) found.push(left);
  if (isEven) found.push(2);
  return found;
}

/**
 * The constants of the transforms of n points, `[2, n, 2]`: those of the circulant ones, then those of the
 * skew-circulant ones, as pairs of a real and an imaginary part.
 *
 * A transform divides a polynomial modulo xⁿ − f, f = ±1, by factors of factors of that modulus, down to its n roots
 * (Gauss; Fiduccia, 1972; Bernstein, 2001): with c = C^(1/r), modulo x^(rm) − C is modulo each of xᵐ − cωᵖ with
 * ω = e^(−2πi/r). Level by level and modulus by modulus, the table holds c, c², …, cʳ⁻¹; n − 1 entries in all.
 */
export function twiddles(n: number): Float64Array {
  const table = new Float64Array(4 * n);
  [0, Math.PI].forEach((phase, skew) => {
    let next = skew * 2 * n;
    let phases = [phase];
    for (const radix of radices(n)) {
      for (const angle of phases) {
        for (let q = 1; q < radix; q++) {
          table[next++] = Math.cos((q * angle) / radix);
          table[next++] = -Math.sin((q * angle) / radix);
        }
      }
      phases = phases.flatMap((angle) =>
        Array.from({ length: radix }, (_, p) => (angle + 2 * Math.PI * p) / radix),
      );
    }
  });
  return table;
}
