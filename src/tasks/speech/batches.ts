import type { Random } from '../../tensor/random.ts';

/** One utterance as the network sees it. */
export interface Example {
  /** Stacked frames. */
  readonly frames: number;
  /** Row-major `[frames, width]`. */
  readonly inputs: Float32Array;
}

/**
 * Groups `lengths.length` utterances into batches of at most `batchSize`, each utterance once: utterances of like length
 * together, so that little is padded, in an order that `random` decides. Returns indices.
 */
export function planBatches(lengths: readonly number[], batchSize: number, random: Random): number[][] {
  const order = random.shuffle(lengths.map((_, index) => index));
  const batches: number[][] = [];
  // Sorting only within a pool keeps batches mixed from one epoch to the next.
  const pool = 20 * batchSize;
  for (let start = 0; start < order.length; start += pool) {
    const part = order.slice(start, start + pool).sort((a, b) => lengths[a] - lengths[b]);
    for (let i = 0; i < part.length; i += batchSize) batches.push(part.slice(i, i + batchSize));
  }
  return random.shuffle(batches);
}

/** Cuts a batch into `shards` parts of neighbours, as equal as can be; the first are empty where there are too few. */
export const shardsOf = <Item>(batch: readonly Item[], shards: number): Item[][] =>
  Array.from({ length: shards }, (_, shard) => {
    const [start, end] = [shard, shard + 1].map((edge) => Math.floor((edge * batch.length) / shards));
    return batch.slice(start, end);
  });

/** Examples side by side, time-major `[T, B, width]`, the shorter ones filled up with zeros. */
export function assemble(
  examples: readonly Example[],
  width: number,
): { time: number; values: Float32Array; frames: Int32Array } {
  const batch = examples.length;
  const time = examples.reduce((most, { frames }) => Math.max(most, frames), 0);
  const values = new Float32Array(time * batch * width);
  examples.forEach(({ frames, inputs }, b) => {
    for (let t = 0; t < frames; t++) {
      values.set(inputs.subarray(t * width, (t + 1) * width), (t * batch + b) * width);
    }
  });
  return { time, values, frames: Int32Array.from(examples, ({ frames }) => frames) };
}
