import type { Computation } from './program.ts';
import type { Segment, Slot } from './slot.ts';
import type { Texture } from './texture.ts';

/** Part of a texture. */
export type Piece = Pick<Segment, 'texture' | 'at'>;

/** Launches a computation on pieces under names, which it lets go of once it is over. */
export type Run = (computation: Computation, names: readonly string[], pieces: readonly Piece[]) => Texture;

/** Pieces that one launch can join: WebGPU binds seven arrays to read. */
const most = 7;

/** Joins all segments of a slot, and zeros where nothing was written, into one. */
export function join(slot: Slot, zerosOf: (size: number) => Texture, run: Run): void {
  let pieces = withoutGaps(slot, zerosOf);
  while (pieces.length > 1) {
    const joined: Segment[] = [];
    for (let first = 0; first < pieces.length; first += most) {
      joined.push(joinOnce(pieces.slice(first, first + most), run));
    }
    pieces = joined;
  }
  const [{ texture, at }] = pieces;
  slot.write(0, slot.size, texture, at);
  texture.release();
}

/** The segments from a slot's first place to its last, each held; neighbours in one texture are one. */
function withoutGaps(slot: Slot, zerosOf: (size: number) => Texture): Segment[] {
  const pieces: Segment[] = [];
  let end = 0;
  const add = (segment: Segment) => {
    const last = pieces[pieces.length - 1];
    const goesOn = last?.texture === segment.texture && last.at + last.end - last.start === segment.at;
    if (goesOn) pieces[pieces.length - 1] = { ...last, end: segment.end };
    else pieces.push({ ...segment, texture: segment.texture.hold() });
    end = segment.end;
  };
  const addZeros = (until: number) => {
    if (end < until) add({ start: end, end: until, texture: zerosOf(until - end), at: 0 });
  };
  for (const segment of slot.within(0, slot.size)) {
    addZeros(segment.start);
    add(segment);
  }
  addZeros(slot.size);
  return pieces;
}

function joinOnce(pieces: readonly Segment[], run: Run): Segment {
  if (pieces.length === 1) return pieces[0];
  const { start } = pieces[0];
  const { end } = pieces[pieces.length - 1];
  const starts = pieces.map((piece) => piece.start - start);
  const texture = run(
    {
      name: 'join',
      threads: { i: end - start },
      constants: Object.fromEntries(starts.map((place, k) => [`start${k}`, place])),
      source: [
        ...starts.slice(1).map((_, k) => `if (i < $start${k + 1}) { return x${k}[i - $start${k}]; }`),
        `return x${starts.length - 1}[i - $start${starts.length - 1}];`,
      ].join('\n'),
    },
    pieces.map((_, k) => `x${k}`),
    pieces,
  );
  return { start, end, texture, at: 0 };
}
