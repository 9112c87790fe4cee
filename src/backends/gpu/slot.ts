import type { Texture } from './texture.ts';

/** Floats of a slot from `start` to `end`: those of a texture from `at` on. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly texture: Texture;
  readonly at: number;
}

/**
 * A buffer's floats as pieces of textures. Textures never change, so writing puts another piece in the place of what was
 * there, and copying shares pieces: a sequence that is written step by step is a list of its steps until it is read whole.
 */
export class Slot {
  readonly size: number;
  /** In order, without overlap; what no segment covers has not been written. */
  #segments: Segment[] = [];

  constructor(size: number) {
    this.size = size;
  }

  /** The segment that covers a range; null where several do, or none. */
  covering(start: number, end: number): Segment | null {
    const segments = this.#segments;
    let [low, high] = [0, segments.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const segment = segments[middle];
      if (segment.end <= start) low = middle + 1;
      else if (segment.start > start) high = middle - 1;
      else return segment.end >= end ? segment : null;
    }
    return null;
  }

  /** The segments of a range, cut to it. */
  within(start: number, end: number): Segment[] {
    return this.#segments
      .filter((segment) => segment.end > start && segment.start < end)
      .map((segment) => cut(segment, Math.max(start, segment.start), Math.min(end, segment.end)));
  }

  /** Puts a piece of a texture in the place of what was from `start` to `end`. */
  write(start: number, end: number, texture: Texture, at: number): void {
    if (start === end) return;
    const kept: Segment[] = [];
    const place = { start, end, texture: texture.hold(), at };
    let isPlaced = false;
    const put = () => {
      if (!isPlaced) kept.push(place);
      isPlaced = true;
    };
    for (const segment of this.#segments) {
      if (segment.end <= start) kept.push(segment);
      else if (segment.start >= end) {
        put();
        kept.push(segment);
      } else {
        if (segment.start < start) kept.push(held(cut(segment, segment.start, start)));
        put();
        if (segment.end > end) kept.push(held(cut(segment, end, segment.end)));
        segment.texture.release();
      }
    }
    put();
    this.#segments = kept;
  }

  /** Gives all textures back. */
  clear(): void {
    for (const { texture } of this.#segments) texture.release();
    this.#segments = [];
  }
}

const cut = (segment: Segment, start: number, end: number): Segment => ({
  start,
  end,
  texture: segment.texture,
  at: segment.at + start - segment.start,
});

function held(segment: Segment): Segment {
  segment.texture.hold();
  return segment;
}
