import { createHash } from 'node:crypto';

/**
 * Uniform numbers in [0, 1) named by a key: the same key gives the same numbers everywhere, different keys unrelated
 * ones, so that every utterance can have a generator of its own and no order of work matters.
 * xoshiro128** (Blackman and Vigna, 2018), its state the first 128 bits of the key's SHA-256.
 */
export function randomOf(key: string): () => number {
  const digest = createHash('sha256').update(key).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => digest.readInt32LE(at)) as [number, number, number, number];
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result / 2 ** 32;
  };
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
