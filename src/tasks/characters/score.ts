import type { LayerState } from '../../nn/recurrentLayer.ts';
import { reshape } from '../../ops/reshape.ts';
import { logSoftmax } from '../../ops/softmax.ts';
import { takeColumns } from '../../ops/takeColumns.ts';
import { scope } from '../../tensor/scope.ts';
import { tensor } from '../../tensor/tensor.ts';
import type { CarriedState } from '../classify/carriedState.ts';
import type { TrainedClassifier } from '../classify/train.ts';
import { oneHot } from './batches.ts';
import { END_OF_LINE, type Piece } from './text.ts';

export interface CharactersScore {
  /** Of every piece: the bits that its characters take, −Σ log₂ p, and how many they are. */
  readonly bits: Float64Array;
  readonly characters: Float64Array;
  /** The sum of the one over that of the other. */
  readonly bitsPerCharacter: number;
}

type Trained = Pick<TrainedClassifier, 'model' | 'parameters'>;

/**
 * Has a trained network predict every character of every piece from those before it in the piece; before the first stands
 * an end of line. `onProgress` is told of the pieces done.
 */
export function scoreCharacters(
  trained: Trained,
  pieces: readonly Piece[],
  alphabet: string,
  onProgress: (done: number, total: number) => void = () => {},
): CharactersScore {
  const bits = new Float64Array(pieces.length);
  const characters = Float64Array.from(pieces, ({ codes }) => codes.length);
  // Pieces of like length side by side, so that few steps are in vain.
  const order = pieces.map((_, i) => i).sort((a, b) => characters[b]! - characters[a]! || a - b);
  for (let from = 0; from < order.length; from += AT_ONCE) {
    const group = order.slice(from, from + AT_ONCE);
    const found = bitsOf(
      trained,
      group.map((i) => pieces[i]!.codes),
      alphabet,
    );
    group.forEach((i, b) => {
      bits[i] = found[b]!;
    });
    onProgress(from + group.length, order.length);
  }
  return { bits, characters, bitsPerCharacter: sum(bits) / sum(characters) };
}

/** Pieces side by side, and steps at a time. */
const AT_ONCE = 32;
const TIME = 128;

/** The bits of each of several pieces, the longest first. */
function bitsOf(trained: Trained, pieces: readonly Uint8Array[], alphabet: string): Float64Array {
  const bits = new Float64Array(pieces.length);
  const before = alphabet.indexOf(END_OF_LINE);
  let state: CarriedState | undefined;
  for (let start = 0; start < pieces[0]!.length; start += TIME) {
    const time = Math.min(TIME, pieces[0]!.length - start);
    const codes = (shift: number): Int32Array =>
      Int32Array.from({ length: time * pieces.length }, (_, i) => {
        const at = start + Math.floor(i / pieces.length) + shift;
        // What stands after the end of a piece is not counted.
        return pieces[i % pieces.length]![at] ?? before;
      });
    const answers = codes(0);
    const scored = nats(trained, oneHot(codes(-1), alphabet.length), answers, pieces.length, state);
    state = scored.state;
    scored.nats.forEach((value, i) => {
      const b = i % pieces.length;
      if (start + Math.floor(i / pieces.length) < pieces[b]!.length) bits[b]! += value / Math.LN2;
    });
  }
  return bits;
}

/** −ln p of every answer `[T, B]`, and the states to go on from. */
function nats(
  { model, parameters }: Trained,
  values: Float32Array,
  answers: Int32Array,
  batch: number,
  state: CarriedState | undefined,
): { readonly nats: Float64Array; readonly state: readonly LayerState[] } {
  const { backend } = Object.values(parameters)[0]!;
  const width = model.spec.inputSize;
  return scope(() => {
    const x = tensor(values, [answers.length / batch, batch, width], { backend });
    const { y, state: next } = model.apply(parameters, x, { state });
    const taken = takeColumns(logSoftmax(reshape(y, [answers.length, width])), answers);
    return { nats: Float64Array.from(taken.dataSync(), (value) => -value), state: next };
  });
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
