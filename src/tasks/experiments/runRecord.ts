import { InputError } from '../../errors.ts';
import { type LayerSpec, mapsInWords } from '../../nn/spec.ts';
import { type Ends, sizedModel } from './matching.ts';
import { columnsOf, type Measure, type SetScores } from './measure.ts';
import type { RunJob } from './run.ts';
import type { RunSettings } from './task.ts';

/** What a finished run leaves in its folder as `metrics.json`. */
export interface RunRecord {
  readonly id: string;
  readonly maps: string;
  readonly layers: readonly LayerSpec[];
  readonly parameters: number;
  readonly lstmParameters: number;
  /** Multiply-accumulates for one row that the model reads. */
  readonly macsPerFrame: number;
  /** Mean loss of every update, in order. */
  readonly losses: readonly number[];
  /** Seconds of training, without evaluation. */
  readonly seconds: number;
  /** Frames (10 ms of audio, a row of an image, a character) trained on per second. */
  readonly framesPerSecond: number;
  /** Why the training could not go on; its scores are then those of a model that knows nothing. */
  readonly diverged?: string;
  readonly sets: Readonly<Record<string, SetScores>>;
  readonly backend: string;
  /** `process.version`. */
  readonly node: string;
  /** Of this program, where it is known. */
  readonly commit: string | null;
}

/** The record of a run that has just ended. */
export function newRecord(
  { id, commit }: Pick<RunJob, 'id' | 'commit'>,
  { name, layers }: RunSettings['model'],
  ends: Ends,
  outcome: Pick<RunRecord, 'losses' | 'seconds' | 'framesPerSecond' | 'diverged' | 'sets' | 'backend'>,
): RunRecord {
  const { summary } = sizedModel(name, layers, ends);
  return {
    id,
    maps: mapsInWords(layers),
    layers,
    parameters: summary.parameters,
    lstmParameters: summary.lstmParameters,
    macsPerFrame: summary.macs,
    ...outcome,
    node: process.version,
    commit,
  };
}

/**
 * The record that a JSON value is.
 *
 * @param measures of its task: what every set must have the columns of
 * @throws InputError naming the file where it is that of no run, or of another
 */
export function parseRunRecord(
  value: unknown,
  id: string,
  measures: readonly Measure[],
  file: string,
): RunRecord {
  const record = value as RunRecord | null;
  const columns = columnsOf(measures);
  const isRecord =
    record?.id === id &&
    typeof record.lstmParameters === 'number' &&
    typeof record.seconds === 'number' &&
    Array.isArray(record.losses) &&
    Object.values(record.sets ?? { none: null }).every((set) => hasScores(set, columns));
  if (!isRecord)
    throw new InputError(`${file} does not hold the metrics of run ${id}; remove it to make the run again`);
  return record;
}

function hasScores(value: unknown, columns: readonly string[]): value is SetScores {
  const set = value as SetScores | null;
  return columns.every((column) => {
    const entries = set?.[column];
    return (
      Array.isArray(entries) &&
      entries.length === set![columns[0]!]!.length &&
      entries.every((entry) => Number.isFinite(entry) && entry >= 0)
    );
  });
}
