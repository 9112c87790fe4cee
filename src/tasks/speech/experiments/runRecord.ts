import { InputError } from '../../../errors.ts';
import type { LayerSpec } from '../../../nn/spec.ts';

/** Errors on a set of utterances, one entry an utterance, in the corpus' order. */
export interface SetErrors {
  /** Words of the references. */
  readonly words: readonly number[];
  /** Word errors with lexicon and n-gram model. */
  readonly wordErrors: readonly number[];
  readonly greedyWordErrors: readonly number[];
  /** Letters of the references, spaces among them. */
  readonly letters: readonly number[];
  readonly greedyLetterErrors: readonly number[];
}

/** What a finished run leaves in its folder as `metrics.json`. */
export interface RunRecord {
  readonly id: string;
  readonly maps: string;
  readonly layers: readonly LayerSpec[];
  readonly parameters: number;
  readonly lstmParameters: number;
  readonly macsPerFrame: number;
  /** Mean loss of every update, in order. */
  readonly losses: readonly number[];
  /** Seconds of training, without evaluation. */
  readonly seconds: number;
  /** 10 ms frames of audio trained on per second. */
  readonly framesPerSecond: number;
  /** Why the training could not go on; every word then counts as an error. */
  readonly diverged?: string;
  readonly sets: Readonly<Record<string, SetErrors>>;
  readonly backend: string;
  /** `process.version`. */
  readonly node: string;
  /** Of this program, where it is known. */
  readonly commit: string | null;
}

/** Error rates: of words with lexicon and n-gram model, of words and of letters decoded greedily. */
export type Rate = 'wer' | 'greedyWer' | 'greedyLer';

const columns: Readonly<Record<Rate, readonly [keyof SetErrors, keyof SetErrors]>> = {
  wer: ['wordErrors', 'words'],
  greedyWer: ['greedyWordErrors', 'words'],
  greedyLer: ['greedyLetterErrors', 'letters'],
};

/** Errors over units of a set: 0.05 is 5 %. */
export function rateOf(errors: SetErrors, rate: Rate): number {
  const [wrong, all] = columns[rate];
  return sum(errors[wrong]) / sum(errors[all]);
}

/** Several sets as one, in their order. */
export function joined(parts: readonly SetErrors[]): SetErrors {
  const join = (column: keyof SetErrors) => parts.flatMap((part) => part[column]);
  return {
    words: join('words'),
    wordErrors: join('wordErrors'),
    greedyWordErrors: join('greedyWordErrors'),
    letters: join('letters'),
    greedyLetterErrors: join('greedyLetterErrors'),
  };
}

/**
 * The record that a JSON value is.
 *
 * @throws InputError naming the file where it is that of no run, or of another
 */
export function parseRunRecord(value: unknown, id: string, file: string): RunRecord {
  const record = value as RunRecord | null;
  const isRecord =
    record?.id === id &&
    typeof record.lstmParameters === 'number' &&
    typeof record.seconds === 'number' &&
    Array.isArray(record.losses) &&
    Object.values(record.sets ?? { none: null }).every(isSetErrors);
  if (!isRecord)
    throw new InputError(`${file} does not hold the metrics of run ${id}; remove it to make the run again`);
  return record;
}

function isSetErrors(value: unknown): value is SetErrors {
  const set = value as SetErrors | null;
  const names: readonly (keyof SetErrors)[] = [
    'words',
    'wordErrors',
    'greedyWordErrors',
    'letters',
    'greedyLetterErrors',
  ];
  return names.every(
    (name) =>
      Array.isArray(set?.[name]) &&
      set[name].length === set.words.length &&
      set[name].every((count) => Number.isInteger(count) && count >= 0),
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
