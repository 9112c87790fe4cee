/** A stream of pseudo-random numbers that depends on its seed alone. */
export interface Random {
  /** The next 32 random bits, as an integer in [0, 2³²). */
  bits(): number;
  /** Uniform in [0, 1). */
  next(): number;
  /** A uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T>(items: T[]): T[];
}

/**
 * The stream named by `keys`: a seed, and whatever tells apart its uses (`random(seed, 'dropout', step)`), so that no
 * generator state ever needs saving. sfc32 (Doty-Humphrey, PractRand) over a hash of the keys.
 */
export function random(...keys: (number | string)[]): Random {
  // In an array, since V8 makes an object of every large integer that a closure's variable takes.
  const state = Int32Array.of(hash(keys, 0x9e3779b9), hash(keys, 0x243f6a88), hash(keys, 0xb7e15162), 1);
  let spare: number | null = null;

  function bits(): number {
    const b = state[1];
    const c = state[2];
    const sum = (state[0] + b + state[3]) | 0;
    state[3]++;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }
  // The first outputs still resemble the keys.
  for (let i = 0; i < 15; i++) bits();

  // 53 bits, as many as a double's fraction holds.
  const next = (): number => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992;
  const integer = (bound: number): number => Math.floor(next() * bound);

  return {
    bits,
    next,
    integer,
    normal() {
      // Box–Muller gives two at a time.
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      const angle = 2 * Math.PI * next();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [items[i], items[j]] = [items[j], items[i]];
      }
      return items;
    },
  };
}

/** 32 bits that depend on every key (FNV-1a over their text, then the murmur3 finaliser). */
function hash(keys: (number | string)[], basis: number): number {
  let h = basis | 0;
  const text = keys.map((key) => `${typeof key}:${key}`).join('\u0000');
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
