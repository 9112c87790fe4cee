import { InputError } from '../../errors.ts';
import { random } from '../../tensor/random.ts';
import { type Batches, placeOf } from '../classify/batches.ts';
import { type CharacterText, END_OF_LINE } from './text.ts';

/**
 * The training pieces, joined in an order that the seed and the epoch decide, cut into `streams` of equal length that are
 * read side by side, `timeSteps` at a time: each batch goes on where the one before ended, and the answer to every
 * character is the next one. (Truncated backpropagation through time, Williams & Peng 1990.)
 * Throws InputError when there is less than a character for every stream.
 */
export function streamBatches(
  { alphabet, sets }: CharacterText,
  streams: number,
  timeSteps: number,
  seed: number,
): Batches {
  const characters = sets.train.reduce((total, { codes }) => total + codes.length, 0);
  const length = Math.floor(characters / streams);
  if (length === 0) {
    throw new InputError(
      `The training text has ${characters} characters, expected one for each of ${streams} streams.`,
    );
  }
  const stepsPerEpoch = Math.ceil(length / timeSteps);
  let joined = { epoch: 0, codes: new Uint8Array() };
  return {
    inputSize: alphabet.length,
    classes: alphabet.length,
    stepsPerEpoch,
    carriesState: true,
    batch(step) {
      const { epoch, index } = placeOf(step, stepsPerEpoch);
      if (joined.epoch !== epoch) joined = { epoch, codes: joinPieces(epoch) };
      const start = index * timeSteps;
      const time = Math.min(timeSteps, length - start);
      const inputs = new Int32Array(time * streams);
      const answers = new Int32Array(time * streams);
      for (let b = 0; b < streams; b++) {
        for (let t = 0, at = b * length + start; t < time; t++, at++) {
          inputs[t * streams + b] = joined.codes[at]!;
          answers[t * streams + b] = joined.codes[at + 1]!;
        }
      }
      return { values: oneHot(inputs, alphabet.length), time, sequences: streams, answers };
    },
  };

  function joinPieces(epoch: number): Uint8Array<ArrayBuffer> {
    const codes = new Uint8Array(characters + 1);
    codes[0] = alphabet.indexOf(END_OF_LINE);
    let at = 1;
    for (const piece of random(seed, 'pieces', epoch).shuffle([...sets.train])) {
      codes.set(piece.codes, at);
      at += piece.codes.length;
    }
    return codes;
  }
}

/**
 * A row for every code, `[codes.length, width]`, zero but at the code's place. What stands there makes the row's mean square
 * 1, which first weights are drawn for: with 1 in its place, the network starts almost deaf to its input and learns
 * several times slower.
 */
export function oneHot(codes: Int32Array, width: number): Float32Array {
  const rows = new Float32Array(codes.length * width);
  const value = Math.sqrt(width);
  codes.forEach((code, row) => {
    rows[row * width + code] = value;
  });
  return rows;
}
